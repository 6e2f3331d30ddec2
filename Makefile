# Each target is one command; Maven and the scripts do the work.

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## start Consul, three stringsvc and the gateway on this machine (REPLICAS=3 PORT=8080 ADMIN_PORT=8081)
	@scripts/run

users: ## start etcd, two notificators, users and the gateway on this machine (REPLICAS=2 PORT=8080 ADMIN_PORT=8081)
	@scripts/run users

hotels: ## start Consul, the services of the map of hotels and the gateway on this machine (REPLICAS=2 PORT=8080 ADMIN_PORT=8081)
	@scripts/run hotels

test: ## build, and run every check and test; CI runs this
	@scripts/test

schema: ## write the JSON Schema of the configuration again, from the records and the defaults
	@scripts/maven -q -B -pl gateway -am test -Dtest=SchemaTest -Dsurefire.failIfNoSpecifiedTests=false -Dschema.write=true

simulation: ## write docs/simulation.md again: what the policies do in scripted clusters
	@scripts/maven -q -B -pl gateway -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.write=true

chaos: ## run every row of the fault table in its long form, and print the table (about ten minutes)
	@scripts/chaos

fuzz: ## run every fuzzer with new seeds until one finds something or the time is over (MINUTES=10)
	@MINUTES="$(MINUTES)" scripts/fuzz

bench: ## measure the gateway beside Spring Cloud Gateway, nginx, HAProxy, go-kit and Caddy (ARGS=--all, ARGS=--help)
	@scripts/bench $(ARGS)

jmh: ## measure small pieces of the gateway with JMH (ARGS=Pick measures one of them)
	@scripts/bench jmh $(ARGS)

build: ## build the jars and both programs' AOT caches, without tests
	@scripts/maven -q -B -DskipTests package
	@scripts/aot "$$(scripts/java-home)/bin/java" gateway/target/gateway.jar gateway/target/gateway.aot @gateway/jvm.options
	@scripts/stringsvc-aot

# jars contain the modes of files, which depend on the umask
dist: ## build the archive to install: gateway/target/stringsvc-gateway-VERSION.tar.gz
	@umask 022 && scripts/maven -q -B -ntp -Dmaven.test.skip=true -pl gateway -am clean package
	@ls gateway/target/stringsvc-gateway-*.tar.gz

fmt: ## format the Java sources
	@scripts/maven -q -B -Pbench spotless:apply

clean: ## remove what was built
	rm -rf target */target */*/target

.PHONY: help run users hotels test chaos fuzz schema simulation bench jmh build dist fmt clean
