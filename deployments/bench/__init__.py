"""How fast Muster is on this machine, measured through its API like anyone's use."""
