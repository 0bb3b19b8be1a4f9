#!/bin/sh
# Writes an assembler file that holds the given files, and a table of their
# names, starts and ends that ends with a null name (see base/asset.h).
echo '	.section .rodata'
n=0
for f in "$@"; do
	printf '	.balign 8\nasset_%d:\n	.incbin "%s"\nasset_%d_end:\n	.byte 0\nasset_%d_name:\n	.asciz "%s"\n' $n "$f" $n $n "$f"
	n=$((n + 1))
done
printf '	.section .data.rel.ro,"aw"\n	.balign 8\n	.globl eh_asset_table\neh_asset_table:\n'
i=0
while [ $i -lt $n ]; do
	printf '	.quad asset_%d_name, asset_%d, asset_%d_end\n' $i $i $i
	i=$((i + 1))
done
printf '	.quad 0, 0, 0\n	.section .note.GNU-stack,"",%%progbits\n'
