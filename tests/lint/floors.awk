# Includes look down only.  usage: awk -f floors.awk floors.txt FILE...   Prints what breaks the rule.
FILENAME ~ /floors\.txt$/ { if ($1 !~ /^#/) floor[$2] = $1; next }
FNR == 1 {
	split(FILENAME, part, "/")
	room = part[1] == "src" ? part[2] : part[1]
	if (part[1] == "src" && !(room in floor) && !(room in told)) {
		print "src/" room ": no floor is given for this room in tests/lint/floors.txt"
		told[room] = 1
	}
}
/^#include "/ {
	split($2, path, "\"")
	n = split(path[2], to, "/")
	if (n < 2) {
		print FILENAME ":" FNR ": " path[2] " is included without its room"
		next
	}
	if (room == "stats") {
		if (to[1] != "stats") print FILENAME ":" FNR ": stats/ stands alone, and includes " path[2]
	} else if (room == "examples") {
		if (to[1] != "examples" && floor[to[1]] > 0) print FILENAME ":" FNR ": the examples build on base/, and this is " path[2]
	} else if (to[1] == "examples") {
		if (floor[room] < 4) print FILENAME ":" FNR ": only the upper floors know the examples"
	} else if (to[1] != "stats" && to[1] != room) {
		if (!(to[1] in floor)) print FILENAME ":" FNR ": there is no room " to[1]
		else if (floor[to[1]] >= floor[room])
			print FILENAME ":" FNR ": " room " (floor " floor[room] ") includes " path[2] " (floor " floor[to[1]] ")"
	}
}
/^#include </ && room == "stats" && $2 !~ /^<(gsl\/|assert|errno|float|limits|math|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|tgmath)/ {
	print FILENAME ":" FNR ": stats/ needs the C library and GSL only, and this is " $2
}
