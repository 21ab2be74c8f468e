"""
The leak responders: echo, test page, DNS and STUN in one small server.

A visit is one leak test's stay: it has names of its own below our zone and UDP ports of
its own for STUN, so that whoever asks for them is known to belong to it.
"""
