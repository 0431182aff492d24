"""Many devices, Home Assistant, and random faults from a seed: `script/soak`."""
