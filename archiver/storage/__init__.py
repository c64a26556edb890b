"""Write files to disk: atomic and durable writes, locks between processes, and the quarantine for replaced files."""
