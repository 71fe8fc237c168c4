"""Scripts that walk through the whole flow as a user does, with a picture and assertions at each state."""
