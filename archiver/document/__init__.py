"""The canonical body: the one HTML language between the extractor and everything that writes."""
