"""Evidence: WARC files written so that nothing acknowledged is lost, and read so that nothing cut or lying counts."""
