"""Whether many workers do what one machine does, and how it goes when machines, egresses and services fail.

    .ci/postgresql ./run python -m benchmarks.cluster equal --pages 1000 --workers 8
    .ci/postgresql ./run python -m benchmarks.cluster kill --pages 1000 --workers 4 --kills 200

It needs PostgreSQL and moto's S3 server, as the tests of the cluster do (docs/development/testing.md), and prints a
line of JSON with the figures of each gate; the exit code is 1 if one of them does not hold. `gates.py` has the gates.
The workers, the played WeChat and the services share the processors of this machine. So a gate about time says how
busy these were: above 85 % it tells about the machine and not about archiver, and does not count.
"""
