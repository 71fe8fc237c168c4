"""Images and masks: reading, geometry and what is known of the acquisition."""
