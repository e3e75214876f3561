"""The command `barometer`: the stations of the engine for people who do not program."""
