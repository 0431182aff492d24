"""The integration against simulated devices, over real sockets on loopback."""
