"""Code that several commands share: options, settings, progress, the screen, suggestions."""
