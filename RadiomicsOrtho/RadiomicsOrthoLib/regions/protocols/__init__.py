"""ROI protocols: how a region is drawn at each site, so that two people draw the same."""
