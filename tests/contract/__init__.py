"""What hassfest and the HACS action check, offline, and what this house adds to it.

A rule is a function from what is checked to a list of problems, so that it can be fed
something broken: every rule here has a test that sees it fail.
"""
