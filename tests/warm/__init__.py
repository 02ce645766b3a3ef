"""Python processes that are spared the import of the libraries, which costs more than most of them do.

`python -m tests.warm` has imported them and forks for each process. What runs there is a process of its own as ever:
it reads its environment, the settings and every module of ours for itself. Whoever tests a start begins a real one.
"""
