"""In which order: flows put tasks in sequence and leave the work to them."""
