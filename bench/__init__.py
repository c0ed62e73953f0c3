"""Speed measured as ratios against a named peer in one run, with memory; never as a timed test."""
