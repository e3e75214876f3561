"""What the pages of a publication say, computed from a wave: one module a page. `wave.report()` is the door to all of it."""
