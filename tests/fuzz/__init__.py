"""Every parser that a stranger reaches, given anything: `script/fuzz`."""
