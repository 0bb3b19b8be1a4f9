# decisions.awk - makes the decision log of this folder: awk -f decisions.awk >decisions.csv
#
# Nobody in it exists.  What was put in, so that an audit has something to find:
#   - women apply more often for the strict tariff, so they fare worse over all and better within each tariff;
#   - applicants under 25 are refused more often, within every tariff;
#   - mileage tells something about sex;
#   - some rows lack the sex, some have a value that the map does not list, two cannot be read.
# The numbers come from a generator of our own (Lehmer's, 16807), so every awk writes the same bytes.

function chance() {
	seed = (seed * 16807) % 2147483647
	return seed / 2147483647
}

# Seconds since the start of 2026 as 2026-03-04T05:06:07Z; January to June.
function stamp(s,   day, m) {
	day = int(s / 86400)
	for (m = 1; day >= days[m]; m++)
		day -= days[m]
	s %= 86400
	return sprintf("2026-%02d-%02dT%02d:%02d:%02dZ", m, day + 1, int(s / 3600), int(s % 3600 / 60), s % 60)
}

BEGIN {
	seed = 20260101
	split("31 28 31 30 31 30 31", days, " ")
	print "decision_id,decided_at,decision,score,claim,sex,age,tariff,mileage,area"
	for (i = 1; i <= 2400; i++) {
		u = chance()
		sex = u < 0.46 ? "F" : u < 0.96 ? "M" : u < 0.97 ? "X" : ""
		age = chance() < 0.16 ? 18 + int(7 * chance()) : 25 + int(55 * chance())
		tariff = chance() < (sex == "F" ? 0.62 : 0.24) ? "strict" : "standard"
		mileage = int((sex == "F" ? 9000 : 12000) * (0.4 + 1.2 * chance()) / 100) * 100
		area = substr("NESW", 1 + int(4 * chance()), 1)
		good = (tariff == "strict" ? 0.60 : 0.86) + (sex == "F" ? 0.06 : 0) - (age < 25 ? 0.19 : 0)
		decision = chance() < good ? "accept" : "refuse"
		score = sprintf("%.1f", 100 * (1 - good) + 18 * chance())
		claim = i > 1700 || chance() < 0.1 ? "" : chance() < 0.05 + score / 400 ? 1 : 0
		when = stamp(int(i * 181 * 86400 / 2401))
		if (i == 700)
			when = "31.02.2026"
		if (i == 1500)
			decision = ""
		printf "A-%05d,%s,%s,%s,%s,%s,%d,%s,%d,%s\n", i, when, decision, score, claim, sex, age, tariff, mileage, area
	}
}
