"""What hassfest and the HACS action check, offline, and what this repository adds to it."""
