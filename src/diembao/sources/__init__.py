"""Where candidate articles come from: feed histories, article files, clipping lists, outlet lists."""
