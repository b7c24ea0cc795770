// (filled with the check)
