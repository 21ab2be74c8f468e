"""Names the fixtures that every test may ask for."""

pytest_plugins = [
    "tests.fixtures.scratch",
    "tests.fixtures.servers",
    "tests.fixtures.database",
    "tests.fixtures.demo_site",
    "tests.fixtures.leak_responders",
    "tests.fixtures.laboratory",
    "tests.fixtures.prefect",
    "tests.fixtures.plex",
    "tests.fixtures.multilogin",
    "tests.fixtures.api",
    "tests.fixtures.stack",
    "tests.fixtures.vpn_laboratory",
    "tests.fixtures.gluetun",
]
