// What is known about programs when a rule is proposed for them.

/** A program that holds many tools. */
export interface Bundle {
  /** Words behind the program that make a kind; `*` is any plain name. What is not named here can do too much for a rule. */
  readonly families: readonly string[];
  /** Kinds that are remembered only word for word. */
  readonly exact: readonly string[];
}

/** Given other words they can do anything, so that no prefix of them is harmless. */
export const ENDLESS: ReadonlySet<string> = new Set(
  named(`
    sudo doas su runuser pkexec env xargs parallel nohup setsid timeout time nice ionice stdbuf watch flock strace
    ltrace gdb lldb command builtin exec eval source . trap alias script chroot unshare nsenter bwrap busybox toybox
    expect ssh scp sftp rsync curl wget http https xh nc ncat netcat socat telnet ftp openssl gpg mail sendmail rm
    rmdir unlink shred mv cp ln dd truncate install chmod chown chgrp chattr setfacl find fd fdfind tee sed tar zip
    unzip patch kill pkill killall mount umount mkfs fdisk parted shutdown reboot halt systemctl service launchctl
    crontab at batch useradd usermod passwd iptables sysctl osascript vim vi nvim emacs ed ex less more man tmux
    screen sqlite3 psql mysql mongosh redis-cli aws gcloud az apt apt-get dpkg yum dnf rpm pacman apk snap choco
    winget scoop awk gawk mawk ghci irb iex swipl reg powershell pwsh cmd wsl start open xdg-open ansible vagrant
    concurrently nodemon cross-env cross-env-shell dotenv dotenvx env-cmd zx shx rimraf del-cli npm-run-all run-s run-p
    onchange entr hyperfine watchexec direnv nix nix-shell guix noglob nocorrect xvfb-run systemd-run taskset chrt
    setpriv setarch numactl firejail proot fakeroot unbuffer rlwrap valgrind perf gosu su-exec runcon
  `),
);

const PYTHON = ['-u', '-B', '-O', '-OO', '-I', '-s', '-S', '-E', '-q', '-m…'];
const NODE = ['--test', '--no-warnings', '--enable-source-maps', '--trace-warnings', '--experimental-strip-types'];

/** Modules of Python that run what they are told. */
export const ENDLESS_MODULES: ReadonlySet<string> = new Set(
  named('timeit pdb profile cProfile trace runpy code IPython debugpy coverage viztracer'),
);

/** By their names without a version, in lower case. With the options that leave the first word behind them the name of a script; `-m…` is the option with a module behind it. */
export const INTERPRETERS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...named('sh bash zsh dash ksh fish tcsh csh ash mksh yash posh rbash rzsh').map((name) => [name, []] as const),
  ...named('python pypy py ipython').map((name) => [name, PYTHON] as const),
  ...named('node nodejs tsx ts-node').map((name) => [name, NODE] as const),
  ...named(
    'ruby perl php lua luajit rscript julia groovy scala tclsh guile racket elixir erl clojure bb nu xonsh elvish octave jshell',
  ).map((name) => [name, []] as const),
]);

/** They run the program that is named behind them, which is what a rule is about. */
export const RUNNERS: readonly (readonly string[])[] = [
  ...['uv run', 'poetry run', 'pipenv run', 'pdm run', 'rye run', 'hatch run', 'bundle exec', 'npx', 'bunx', 'pnpx'],
  ...['pipx run', 'npm exec', 'pnpm exec', 'pnpm dlx', 'yarn exec', 'yarn dlx', 'bun x'],
].map((words) => words.split(' '));

/** Each line: the program, its kinds, and behind `|` those that are remembered word for word. */
export const BUNDLES: ReadonlyMap<string, Bundle> = new Map(
  `
    git: add, am, apply, blame, branch, cherry-pick, commit, describe, diff, fetch, log, ls-files, merge, mv, notes *, pull, push
    git: remote *, rev-parse, revert, shortlog, show, stash, stash *, status, submodule init, submodule status, submodule update
    git: switch, tag, worktree *
    npm: run *, run-script *, test, t, ci, ls, outdated, audit, view, pack | PACKAGES
    pnpm: run *, test, t, build, lint, typecheck, check, ls, outdated, audit | PACKAGES
    yarn: run *, test, build, lint, typecheck, check, why, outdated, audit | PACKAGES
    bun: run *, test, build, outdated | PACKAGES
    deno: task *, test, fmt, lint, check, bench, doc | PACKAGES
    cargo: build, b, check, c, clippy, test, t, nextest *, bench, doc, fmt, run, r, tree, fetch, metadata, audit, deny * | PACKAGES
    go: build, test, vet, fmt, list, doc, env, version, mod *, generate, work * | get, install, run
    make: *
    gmake: *
    just: *
    task: *
    rake: *
    ninja: *
    gradle: *
    gradlew: *
    mvn: *
    mvnw: *
    mise: run *
    bazel: build, test, query
    mix: test, compile, format, credo, dialyzer, deps.get
    dotnet: build, test, restore, format, run, list
    swift: build, test, format, run
    zig: build, test, fmt
    flutter: test, analyze, build *, pub get, doctor
    dart: test, analyze, format, pub get
    rails: test, routes, stats
    bundle: check, list, outdated | PACKAGES
    composer: test, validate, show, outdated | require, PACKAGES
    pip: list, show, freeze, check | PACKAGES
    pip3: list, show, freeze, check | PACKAGES
    uv: sync, lock, tree, pip list, pip show | PACKAGES
    poetry: check, show, lock, build | PACKAGES
    conda: list, info
    brew: list, info, search, outdated | PACKAGES
    gem: list | PACKAGES
    docker: ps, images, logs, inspect, stats, version, info, build, pull, image ls, container ls
    docker: compose ps, compose logs, compose build, compose up, compose down, compose config, compose pull
    podman: ps, images, logs, inspect, stats, version, info, build, pull
    docker-compose: ps, logs, build, up, down, config, pull
    kubectl: get *, describe *, logs, top *, version, cluster-info, api-resources
    helm: list, status, lint, template, show *, version
    terraform: fmt, validate, plan, show, version
    gh: pr view, pr list, pr diff, pr checks, pr status, pr create, issue view, issue list, issue create, run view, run list
    gh: run watch, repo view, release list, release view, search *, status
    glab: mr view, mr list, mr diff, issue view, issue list, ci view, ci list, ci status
    svn: status, diff, log, info, update, commit
    hg: status, diff, log, commit, pull, update
    jj: status, st, diff, log, show, commit, describe, new
  `
    .replaceAll('PACKAGES', 'install, i, add, remove, uninstall, update, upgrade')
    .trim()
    .split('\n')
    .reduce((bundles, line) => withLine(bundles, line.trim()), new Map<string, Bundle>()),
);

function withLine(bundles: Map<string, Bundle>, line: string): Map<string, Bundle> {
  const [name = '', kinds = ''] = line.split(': ');
  const [families = [], exact = []] = kinds.split(' | ').map((part) => part.split(', '));
  const known = bundles.get(name) ?? { families: [], exact: [] };
  return bundles.set(name, { families: [...known.families, ...families], exact: [...known.exact, ...exact] });
}

/** One thing is all that they do. */
export const SINGLE_PURPOSE: ReadonlySet<string> = new Set(
  named(`
    pytest py.test tox nox mypy pyright ruff black isort flake8 pylint pyflakes bandit jest vitest mocha ava tap
    playwright cypress eslint prettier tsc oxlint oxfmt biome stylelint knip tsup esbuild rollup vite webpack turbo
    rspec rubocop standardrb phpunit phpstan psalm pint ctest cppcheck clang-tidy clang-format gofmt goimports
    golangci-lint staticcheck gotestsum rustfmt rustc gcc g++ clang clang++ cc c++ javac kotlinc shellcheck shfmt
    hadolint yamllint markdownlint actionlint taplo buf protoc swiftlint swiftformat ktlint
  `),
);

function named(list: string): string[] {
  return list.trim().split(/\s+/);
}
