"""The print or laser job: what it is, what happens to it, and what is kept of it."""
