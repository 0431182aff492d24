"""Numbers, printed beside what this machine can do at best in the same run.

`python -m benchmarks` prints them all. A number alone says little about code: a
slow machine looks like slow code. So every row has a floor, the same work
without our part in it, measured in turns with ours, and the ratio of the two.
Nothing here is asserted.
"""
