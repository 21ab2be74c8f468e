"""What this layer is: who asks, and what they see."""
