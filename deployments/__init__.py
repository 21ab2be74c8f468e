"""Where it runs: the one-machine stack, demo site, migrations, processes, documents."""
