#!/bin/sh
# Messages and real receivers on loopback: a mail server with STARTTLS, Alertmanager, webhooks by HTTPS, syslog; receivers that fail as
# receivers do, and a judge that dies between an answer and its record.
# usage: notify_test.sh [path of evenhand]     prints TAP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/faults/lab.sh
. "$here/lab.sh"
judge= receivers=
secret=whsec_$(head -c 24 /dev/urandom | base64 | tr '+/' 'AB')
password=pw-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
routing=key-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')

leave_more() { for p in $judge $receivers; do kill -9 "$p" 2>/dev/null; done; }

# ---- receivers -----------------------------------------------------------------------------------------

authority() { # a certificate of its own for two servers, one of which has a name that nobody asks for
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-authority -keyout "$work/ca.key" \
		-out "$work/ca.pem" 2>/dev/null || return 1
	for name in good other; do
		case $name in good) names=IP:127.0.0.1,DNS:localhost ;; *) names=DNS:elsewhere.test ;; esac
		echo "subjectAltName=$names" >"$work/names"
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name.test" -keyout "$work/$name.key" -out "$work/csr" 2>/dev/null &&
			openssl x509 -req -in "$work/csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -extfile "$work/names" \
				-out "$work/$name.pem" 2>/dev/null || return 1
	done
}

begin_receivers() {
	authority || return 1
	: >"$work/received"
	node "$here/receivers/http.mjs" "$work" "$secret" >"$work/http.out" 2>&1 &
	receivers="$receivers $!"
	/usr/bin/python3 "$here/receivers/smtp.py" "$work" evenhand "$password" >"$work/smtp.out" 2>&1 &
	receivers="$receivers $!"
	manager=$(free_port)
	printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' >"$work/am.yml"
	prometheus-alertmanager --config.file="$work/am.yml" --storage.path="$work/am" --web.listen-address=127.0.0.1:"$manager" \
		--cluster.listen-address= >"$work/am.out" 2>&1 &
	receivers="$receivers $!"
	within 20 grep -q PORTS "$work/http.out" && within 20 grep -q PORT "$work/smtp.out" && within 20 curl -fso /dev/null "http://127.0.0.1:$manager/-/ready"
}
mail_port() { sed -n 's/^PORT //p' "$work/smtp.out"; }
port() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/http.out"; }

hidden() { # NAME TEXT: a file that only its owner reads
	printf '%s\n' "$2" >"$work/$1" && chmod 600 "$work/$1"
}
hook() { # NAME PORT PATH [MORE]
	echo "  - {name: $1, kind: webhook, url: 'https://127.0.0.1:$2$3', secret_file: hook.secret, ca_file: ca.pem, first_wait: 1s${4:+, $4}}"
}
# A route of every kind; what is a secret in a file.
write_routes() {
	web=$(port https) mail=$(mail_port)
	hidden hook.secret "$secret" && hidden mail.secret "$password" && hidden pd.secret "$routing" &&
		hidden slack.url "https://127.0.0.1:$web/services/T0/B0/$routing" && hidden teams.url "https://127.0.0.1:$web/workflows/$routing?sig=$routing" || return 1
	cat >"$work/routes.yaml" <<END
routes:
$(hook hook "$web" /ok "kinds: [bias, data, governance, heartbeat, decision]")
  - {name: mail, kind: smtp, host: 'localhost:$mail', user: evenhand, secret_file: mail.secret, from: evenhand@example.org, to: [ada@example.org, ben@example.org], ca_file: ca.pem, first_wait: 1s}
  - {name: manager, kind: alertmanager, url: 'http://127.0.0.1:$manager/', resend: 1s, hold: 1h, kinds: [bias, data, heartbeat]}
  - {name: pager, kind: pagerduty, url: 'https://127.0.0.1:$web/v2/enqueue', secret_file: pd.secret, ca_file: ca.pem, severities: [page]}
  - {name: chat, kind: slack, url_file: slack.url, ca_file: ca.pem}
  - {name: team, kind: teams, url_file: teams.url, ca_file: ca.pem}
  - {name: log-tls, kind: syslog, host: 'localhost:$(port tls)', ca_file: ca.pem}
  - {name: log-tcp, kind: syslog, over: tcp, host: '127.0.0.1:$(port tcp)'}
  - {name: log-udp, kind: syslog, over: udp, host: '127.0.0.1:$(port udp)', severities: [page]}
END
}
all_received() { curl -fs --data-binary "$1" "http://127.0.0.1:$(port ask)/"; }
received() { all_received "all.some((r) => $1)"; }
in_manager() { curl -fs "http://127.0.0.1:$manager/api/v2/alerts?active=true" | grep -q "$1"; }
not_in_manager() { ! in_manager "$1"; }

# ---- judge -----------------------------------------------------------------------------------------------

begin_judge() { # [PROGRAM]
	"${1:-$work/evenhand}" judge >>"$work/log" 2>&1 &
	judge=$!
}
end_judge() {
	[ -z "$judge" ] || kill -TERM "$judge" 2>/dev/null
	wait "$judge" 2>/dev/null
	judge=
}
# As eh_notify_enqueue() writes it.
put() { # ROUTE KEY
	sql -c "INSERT INTO evenhand.outbox (route, dedup_key, body) VALUES ('$1', '$2', '{\"type\":\"alert\",\"severity\":\"page\",\"sentence\":\"$2\"}')"
}
none_waits() { [ "$(sql -c "SELECT count(*) FROM evenhand.outbox_waiting")" -eq 0 ]; }
tries() { sql -c "SELECT string_agg(DISTINCT detail, ' | ') FROM evenhand.outbox_attempt JOIN evenhand.outbox USING (outbox_id) WHERE route = '$1'"; }

# ---- cases -----------------------------------------------------------------------------------------------

every_receiver_takes_a_test() {
	write_routes || return 1
	export EVENHAND_NOTIFY="$work/routes.yaml" EVENHAND_PUBLIC_URL=https://evenhand.example.org
	"$work/evenhand" notify check "$work/routes.yaml" >"$work/out" 2>&1 || return 1
	for route in hook mail manager pager chat team log-tls log-tcp log-udp; do
		"$work/evenhand" notify test $route >>"$work/said" 2>&1 || { echo "# $route does not take it"; return 1; }
	done
	within 5 received 'r.over === "udp"' || return 1
	received 'r.path === "/ok" && r.verified && JSON.parse(r.body).type === "test" && r.headers["webhook-id"] === r.key' &&
		received 'r.kind === "mail" && r.tls && r.user === "evenhand" && r.to.length === 2 && r.defects.length === 0 && r.subject?.includes("test") &&
			r.parts["text/plain"].includes("This is a test") && r.parts["text/html"].includes("This is a test")' &&
		received 'r.path === "/v2/enqueue" && JSON.parse(r.body).event_action === "trigger" && JSON.parse(r.body).payload.summary' &&
		received 'r.path?.startsWith("/services/") && JSON.parse(r.body).blocks[0].type === "header"' &&
		received 'r.path?.startsWith("/workflows/") && JSON.parse(r.body).attachments[0].content.type === "AdaptiveCard"' &&
		all_received '["tls", "tcp", "udp"].every((over) => all.some((r) => r.over === over && /^<\d+>1 \d{4}-\S+Z \S+ evenhand \d+ test \[evenhand@32473 id="test\/\d+" [^\]]*\] \ufeff/.test(r.line)))' &&
		in_manager EvenhandTest
}

# The monitor was silent for five hours: an alert that judge finds when it comes back, and people end.
an_alert_goes_to_everybody() {
	make_log log 300 && make_map log yes >"$work/log.yaml" && "$work/evenhand" gather --map "$work/log.yaml" --once >"$work/out" 2>&1 || return 1
	begin_judge
	within 20 test "$(sql -c "SELECT count(*) FROM evenhand.heartbeat")" -gt 0
	end_judge
	sql -c "UPDATE evenhand.heartbeat SET beat_at = beat_at - interval '5 hours'"
	begin_judge
	within 30 received 'r.kind === "mail" && r.subject?.includes("data alert raised")' || return 1
	alert=$(sql -c "SELECT alert_id FROM evenhand.alert LIMIT 1")
	within 20 received "r.path === '/v2/enqueue' && JSON.parse(r.body).dedup_key === '$alert' && JSON.parse(r.body).event_action === 'trigger'" &&
		within 20 received "r.path === '/ok' && r.verified && r.key === '$alert/1' && JSON.parse(r.body).link === 'https://evenhand.example.org/alerts/$alert'" &&
		within 20 received "r.kind === 'mail' && r.parts['text/html'].includes('href=\"https://evenhand.example.org/alerts/$alert\"')" &&
		within 20 received "r.over === 'tls' && r.line?.includes('alert=\"$alert\"')" &&
		within 20 received "r.path === '/ok' && JSON.parse(r.body).type === 'heartbeat'" &&
		within 20 in_manager "\"evenhand_alert\":\"$alert\"" && within 20 in_manager EvenhandHeartbeat || return 1
	# It is told again and again, as Alertmanager forgets what it is not told.
	first=$(sql -c "SELECT refreshed_at FROM evenhand.outbox_refresh WHERE route = 'manager' AND delivered")
	sleep 2
	[ "$(sql -c "SELECT refreshed_at > '$first' FROM evenhand.outbox_refresh WHERE delivered")" = t ]
}
ask() { "$work/evenhand" alerts "$@" >>"$work/said" 2>&1; }
its_end_goes_to_everybody() {
	echo 'a long pass phrase' | "$work/evenhand" user add anna --role insurer --password-stdin >"$work/out" 2>&1 || return 1
	echo 'another pass phrase' | "$work/evenhand" user add ben --role approver --password-stdin >"$work/out" 2>&1 || return 1
	ask acknowledge "$alert" --as anna --reason 'Dr. Miller of Elm Street called' || return 1
	within 20 received "r.path === '/v2/enqueue' && JSON.parse(r.body).dedup_key === '$alert' && JSON.parse(r.body).event_action === 'acknowledge'" || return 1
	close_it || return 1
	within 20 received "r.path === '/v2/enqueue' && JSON.parse(r.body).dedup_key === '$alert' && JSON.parse(r.body).event_action === 'resolve'" &&
		within 20 not_in_manager "$alert" && all_received '!all.some((r) => /Miller|anna|"ben"/.test(JSON.stringify(r).replace(/ben@example.org/g, "")))'
}
close_it() {
	ask propose "$alert" --event close-not-confirmed --as anna --why data-fault --episodes 1 --reason 'the machine was moved' &&
		ask approve "$(sql -c "SELECT max(request_id) FROM evenhand.request WHERE verb = 'propose'")" --as ben --reason 'so it was'
}

receivers_that_fail() {
	end_judge
	web=$(port https)
	cat >"$work/bad.yaml" <<END
routes:
$(hook down 9 /ok "tries: 2")
$(hook busy "$web" /500 "tries: 2")
$(hook away "$web" /redirect "tries: 2")
$(hook endless "$web" /long "tries: 2")
$(hook name "$(port elsewhere)" /ok "tries: 2")
$(hook hangs "$web" /hang "tries: 1")
$(hook slow "$web" /slow)
$(hook well "$web" /ok)
  - {name: stranger, kind: webhook, url: 'https://127.0.0.1:$web/ok', first_wait: 1s, tries: 2}
  - {name: refused, kind: smtp, host: 'localhost:$(mail_port)', user: evenhand, secret_file: mail.secret, from: e@example.org, to: [nobody@example.org], ca_file: ca.pem, first_wait: 1s, tries: 2}
  - {name: log-name, kind: syslog, host: 'localhost:$(port elsewhere)', ca_file: ca.pem, first_wait: 1s, tries: 2}
END
	export EVENHAND_NOTIFY="$work/bad.yaml"
	sql -c "DELETE FROM evenhand.outbox_waiting"
	: >"$work/received"
	for route in hangs down busy away endless name slow stranger refused log-name well; do put $route "A-1/$route"; done
	for i in 1 2 3 4 5 6; do put hangs "A-2/$i"; done # two at a time hang for ten seconds each
	put well A-3/1
	begin=$(date +%s%N)
	begin_judge
	within 10 received 'r.key === "A-3/1"' || return 1
	echo "# the receiver that is well had its messages after $((($(date +%s%N) - begin) / 1000000)) ms, beside one that hangs"
	within 12 test_dead 9
	for route in down busy away endless name slow well stranger refused log-name; do echo "# $route: $(tries $route)"; done
	case "$(tries busy)" in *"HTTP 500"*) ;; *) return 1 ;; esac
	case "$(tries away)" in *"redirects are not followed"*) ;; *) return 1 ;; esac
	case "$(tries endless)" in *"answer of more than"*) ;; *) return 1 ;; esac
	case "$(tries name)" in *"no alternative certificate subject name"*) ;; *) return 1 ;; esac
	case "$(tries stranger)" in *certificate*) ;; *) return 1 ;; esac
	case "$(tries refused)" in *550*) ;; *) return 1 ;; esac
	case "$(tries slow)$(tries well)" in "HTTP 200HTTP 200") ;; *) return 1 ;; esac
	"$work/evenhand" notify list >"$work/out" 2>&1 && [ "$(grep -c 'dead letter' "$work/out")" -ge 8 ] &&
		all_received '!all.some((r) => r.path === "/ok" && (r.key === "A-1/name" || r.key === "A-1/away" || r.key === "A-1/stranger"))'
}
test_dead() { [ "$(sql -c "SELECT count(DISTINCT route) FROM evenhand.outbox_attempt JOIN evenhand.outbox USING (outbox_id) WHERE dead")" -ge "$1" ]; }

dead_letters_are_an_alert() {
	within 40 has_fault || return 1
	end_judge
	"$work/evenhand" notify retry busy >>"$work/said" 2>&1 || return 1
	! "$work/evenhand" notify retry well >>"$work/said" 2>&1 # it has none
	[ "$(sql -c "SELECT count(*) FROM evenhand.outbox_waiting JOIN evenhand.outbox USING (outbox_id) WHERE route = 'busy'")" -ge 1 ]
}
has_fault() { [ "$(sql -c "SELECT count(*) FROM evenhand.alert_now WHERE body ->> 'fault' = 'delivery'")" -ge 1 ]; }

# A receiver that fails two times of five, and a judge that dies at its record again and again.
at_least_once() {
	end_judge
	printf 'routes:\n%s\n' "$(hook flaky "$(port https)" /flaky "longest_wait: 1s, tries: 1000")" >"$work/flaky.yaml"
	export EVENHAND_NOTIFY="$work/flaky.yaml"
	sql -c "DELETE FROM evenhand.outbox_waiting"
	: >"$work/received"
	sql -c "INSERT INTO evenhand.outbox (route, dedup_key, body) SELECT 'flaky', 'B-' || i || '/1', jsonb_build_object('n', i)::text FROM generate_series(1, 60) i"
	for round in 1 2 3 4; do
		EVENHAND_FAILPOINT=notify.before_record:kill:$((round * 3)) "$armed" judge >>"$work/log" 2>&1
	done
	begin_judge
	within 40 none_waits || return 1
	end_judge
	all_received '(() => { const ours = all.filter((r) => r.key?.startsWith("B-")), ok = ours.filter((r) => r.status === 200), keys = new Map();
		ok.forEach((r) => keys.set(r.key, (keys.get(r.key) ?? new Set()).add(r.body)));
		const twice = ok.length - keys.size;
		say(`# 60 messages: ${ours.length} tries reached the receiver, ${keys.size} keys taken, ${twice} of them again after a kill`);
		return keys.size === 60 && twice >= 1 && [...keys.values()].every((bodies) => bodies.size === 1) && ours.every((r) => r.verified); })()' &&
		[ "$(sql -c "SELECT count(DISTINCT outbox_id) FROM evenhand.outbox_attempt JOIN evenhand.outbox USING (outbox_id) WHERE route = 'flaky' AND delivered")" -eq 60 ]
}

the_dead_man() {
	export EVENHAND_NOTIFY="$work/routes.yaml"
	sql -c "UPDATE evenhand.heartbeat SET beat_at = now()"
	"$work/evenhand" deadman --max-age 2h >"$work/out" 2>&1 || return 1
	sql -c "UPDATE evenhand.heartbeat SET beat_at = now() - interval '121 minutes'"
	: >"$work/received"
	"$work/evenhand" deadman --max-age 2h >"$work/out" 2>&1
	[ $? -eq 1 ] && received 'r.path === "/ok" && r.verified && JSON.parse(r.body).type === "silence"' && within 5 in_manager EvenhandSilence || return 1
	EVENHAND_STORE=$(conninfo 9 postgres) "$work/evenhand" deadman --json >"$work/out" 2>>"$work/said"
	[ $? -eq 1 ] && grep -q '"alive": false' "$work/out"
}

# A judge that is run by hand, or has judged all there is, sends what it wrote before it ends.
an_ending_judge_sends() {
	end_judge
	sql -c "INSERT INTO evenhand.outbox (route, dedup_key, body) VALUES ('hook', 'E-1/1', '{}')"
	"$work/evenhand" judge --once >>"$work/log" 2>&1 && received 'r.path === "/ok" && r.verified && r.key === "E-1/1"'
}

no_secret_is_anywhere() {
	sql -c "SELECT body, dedup_key FROM evenhand.outbox" -c "SELECT detail FROM evenhand.outbox_attempt" -c "SELECT body FROM evenhand.ledger_leaf" \
		-c "SELECT detail FROM evenhand.outbox_refresh" >"$work/stored"
	for text in "$secret" "${secret#whsec_}" "$password" "$routing"; do
		! grep -qF "$text" "$work/log" "$work/out" "$work/said" "$work/stored" || return 1
	done
	chmod 644 "$work/pd.secret"
	"$work/evenhand" notify check "$work/routes.yaml" >"$work/out" 2>&1
	[ $? -eq 1 ] && grep -q 'can be read by everybody' "$work/out"
}

lab_make && begin_receivers || { echo "1..0"; cat "$work"/*.out; exit 1; }
check "every receiver takes a message: signed, by TLS, in its own form" every_receiver_takes_a_test
check "an alert goes to everybody who asked, once and with its link" an_alert_goes_to_everybody
check "its taking up and its end go there too, and no name or reason" its_end_goes_to_everybody
check "receivers that fail are tried again, become dead letters, and hold up no other" receivers_that_fail
check "dead letters are an alert, and are tried again when asked" dead_letters_are_an_alert
check "each message arrives at least once, whoever fails or dies, and twice under one key only" at_least_once
check "deadman speaks where the heartbeat is old or the store is gone" the_dead_man
check "a judge that ends sends what it wrote" an_ending_judge_sends
check "no secret is in a log, a record or a message" no_secret_is_anywhere
report "receivers of messages fail, and judge dies at its record" 15
finish
