# decisions.awk - makes the decision log of this folder: awk -f decisions.awk >decisions.csv
#
# Nobody in it exists.  What was put in, so that an audit has something to find:
#   - women apply more often for the strict tariff, so they fare worse over all and better within each tariff;
#   - applicants under 25 are refused more often, within every tariff;
#   - mileage tells something about sex;
#   - women are asked for a premium that is 7 % higher than their mileage, age and tariff explain;
#   - people overturn the model twice as often for applicants under 25; cases of women take a third longer;
#   - some rows lack the sex, some have a value that the map does not list, two cannot be read.
# The numbers come from a generator of our own (Lehmer's, 16807), so every awk writes the same bytes.

function chance() {
	seed = (seed * 16807) % 2147483647
	return seed / 2147483647
}

# A second row of numbers, so that what was added later left the first as it was.
function more() {
	seed2 = (seed2 * 16807) % 2147483647
	return seed2 / 2147483647
}

# Seconds since the start of 2026 as 2026-03-04T05:06:07Z; January to June.
function stamp(s,   day, m) {
	day = int(s / 86400)
	for (m = 1; day >= days[m]; m++)
		day -= days[m]
	s %= 86400
	return sprintf("2026-%02d-%02dT%02d:%02d:%02dZ", m, day + 1, int(s / 3600), int(s % 3600 / 60), s % 60)
}

# The same where it may lie in the week before.
function stamp2(s) {
	s = int(s)
	return s >= 0 ? stamp(s) : sprintf("2025-12-%02dT%02d:00:00Z", 31 - int(-s / 86400), int((86400 - (-s % 86400)) % 86400 / 3600))
}

BEGIN {
	seed = 20260101
	seed2 = 630
	split("31 28 31 30 31 30 31", days, " ")
	print "decision_id,decided_at,decision,score,claim,sex,age,tariff,mileage,area,received_at,overturned,premium,expected,paid"
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
		took = 3600 * (2 + 60 * more()) * (sex == "F" ? 1.33 : 1)
		received = stamp2(i * 181 * 86400 / 2401 - took)
		overturned = more() < (age < 25 ? 0.08 : 0.04) ? "yes" : "no"
		loss = 90 + mileage * 0.012 + (age < 25 ? 120 : 0) + (tariff == "strict" ? 60 : 0)
		premium = loss * 1.6 * (0.9 + 0.2 * more()) * (sex == "F" ? 1.07 : 1)
		paid = claim == "" ? "" : claim == 1 ? sprintf("%.2f", loss * 16 * more()) : "0.00"
		printf "A-%05d,%s,%s,%s,%s,%s,%d,%s,%d,%s,%s,%s,%.2f,%.2f,%s\n", i, when, decision, score, claim, sex, age, tariff,
			mileage, area, received, overturned, premium, loss, paid
	}
}
