"""Write files atomically and durably, lock them between processes, and move replaced files to the quarantine."""
