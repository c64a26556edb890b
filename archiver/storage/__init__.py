"""Bytes on disk: whole files, durable folders, locks and what is put aside. Knows no article."""
