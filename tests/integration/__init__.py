"""The integration against simulated devices, over real sockets, or against one without a wire.

`conftest` has devices, entries and waits; `fakes` and `fake_device` a home without a wire, by a clock that is turned by
hand. `jobs` has entities, buttons and jobs, `life` what a person sees and does, `flows` the dialogs, `viewers` the
camera's. `watching` gives the job tracker scripts to read, and `words` sees that nothing is shown without words.
"""
