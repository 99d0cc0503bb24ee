"""From code to pictures, in a sandbox."""
