# Lengths of files and functions (K&R: a brace alone in the first column opens one, and closes it).
# Prints `warn ...` beyond 400 and 60 lines, `fail ...` beyond 500 and 90.
function told(what, n, soft, hard) {
	if (n > hard) print "fail " what " has " n " lines, and the limit is " hard
	else if (n > soft) print "warn " what " has " n " lines"
}
FNR == 1 { if (file != "") told(file, lines, 400, 500); file = FILENAME; open = 0; head = "" }
{ lines = FNR }
/^[a-zA-Z_].*\(/ { head = $0; sub(/\(.*/, "", head); sub(/.*[ *]/, "", head) }
/^\{$/ { open = FNR }
/^\}$/ { if (open) told(FILENAME ":" open " " head "()", FNR - open - 1, 60, 90); open = 0 }
END { told(file, lines, 400, 500) }
