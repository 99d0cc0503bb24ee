"""Compiled loops over the pixels of a picture. Import them where they are used: they load the compiler."""
