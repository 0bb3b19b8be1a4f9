# Prints FILE:LINE:TEXT for every string literal of C files; comments are left out.
FNR == 1 { comment = 0 }
{
	line = $0; out = ""
	while (line != "") {
		if (comment) {
			at = index(line, "*/")
			if (!at) break
			line = substr(line, at + 2); comment = 0
		} else if (match(line, /\/\*|\/\/|"|'/)) {
			found = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
			if (found == "//") break
			if (found == "/*") { comment = 1; continue }
			text = ""
			while (line != "" && substr(line, 1, 1) != found) {
				take = substr(line, 1, 1) == "\\" ? 2 : 1
				text = text substr(line, 1, take); line = substr(line, take + 1)
			}
			line = substr(line, 2)
			if (found == "\"") print FILENAME ":" FNR ":" text
		} else break
	}
}
