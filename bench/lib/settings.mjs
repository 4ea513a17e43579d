// What bench/run hands over, and how long things are measured.

const { env } = process;
const quick = env.BENCH_QUICK === "true";

export const settings = {
  quick,
  sizes: env.BENCH_SIZES.split(",").map(Number),
  only: env.BENCH_ONLY ?? "",
  bin: env.BENCH_BIN,
  site: env.BENCH_SITE,
  out: env.BENCH_OUT,
  work: env.BENCH_WORK,
  ruler: env.BENCH_RULER,
  pg: { bin: env.BENCH_PG_BIN, sockets: env.BENCH_PG_SOCKETS, pid: Number(env.BENCH_PG_PID), log: env.BENCH_PG_LOG },
  roles: quick ? ["ADMIN", "REPORTER"] : ["ADMIN", "MAINTAINER", "REPORTER"],
  // Each figure is the median of so many rounds.
  rounds: quick ? 1 : 3,
  starts: quick ? 3 : 5,
  // Seconds of one round.
  warm: quick ? 0.3 : 0.5,
  saturation: quick ? 0.8 : 1.5,
  steady: quick ? 1 : 2.5,
  // Connections that ask without pause, and the rate of the steady load.
  connections: 16,
  steadyConnections: 32,
  rate: 200,
  // Clients of the bare SQL: as many as the program has connections to the database.
  clients: 10,
  password: "correct horse battery staple",
};
