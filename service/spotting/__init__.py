"""Whole texts: which sentences make a claim that can be checked, and what each needs to stand alone."""
