# Turns the .sql files of one room into C: `-- name: what` opens a statement,
# the `--` lines right below it are its documentation, the rest is its text.
# usage: awk -v room=ROOM -v header=FILE.h -f embed_sql.awk *.sql >FILE.c
function flush_statement() {
	if (name == "") return
	if (text == "") { print "embed_sql: " FILENAME ": statement " name " is empty" > "/dev/stderr"; exit 1 }
	printf "const struct eh_pg_sql eh_sql_%s_%s = {\"%s_%s\",\n%s};\n\n", room, name, room, name, text
	printf "extern const struct eh_pg_sql eh_sql_%s_%s;\n", room, name > header
}
BEGIN {
	guard = "EH_GEN_" toupper(room) "_SQL_H"
	printf "#ifndef %s\n#define %s\n#include \"pg/sql.h\"\n", guard, guard > header
	printf "#include \"%s/sql.h\"\n\n", room
}
/^-- name: / { flush_statement(); name = $3; text = ""; next }
/^--/ { next }
/^[ \t]*$/ { next }
name != "" { line = $0; gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line); text = text "\t\"" line "\\n\"\n" }
END { flush_statement(); print "#endif" > header }
