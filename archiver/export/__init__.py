"""What an archive gives to others: WARC and WACZ for players and libraries, tables for everything else."""
