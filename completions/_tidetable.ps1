# Completes the commands and options of tidetable. For ids and task types from the store as well:
#   $env:COMPLETE = 'powershell'; tidetable | Out-String | Invoke-Expression; Remove-Item Env:COMPLETE

using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'tidetable' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'tidetable'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'tidetable' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the whole pipeline on the bundled sample history, in a throw-away store')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Read the history of jobs from a log or an export')
            [CompletionResult]::new('analyze-activity-patterns', 'analyze-activity-patterns', [CompletionResultType]::ParameterValue, 'Find out when work recurs and what it needs')
            [CompletionResult]::new('analyze', 'analyze', [CompletionResultType]::ParameterValue, 'Find out when work recurs and what it needs')
            [CompletionResult]::new('view-detected-patterns', 'view-detected-patterns', [CompletionResultType]::ParameterValue, 'List the patterns found, or one with its evidence')
            [CompletionResult]::new('view', 'view', [CompletionResultType]::ParameterValue, 'List the patterns found, or one with its evidence')
            [CompletionResult]::new('generate-scheduling-rules', 'generate-scheduling-rules', [CompletionResultType]::ParameterValue, 'Turn patterns into scheduling rules')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Turn patterns into scheduling rules')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List, show, add, enable, disable and remove scheduling rules')
            [CompletionResult]::new('predict', 'predict', [CompletionResultType]::ParameterValue, 'Predict which runs the next hours bring and what they need')
            [CompletionResult]::new('backtest', 'backtest', [CompletionResultType]::ParameterValue, 'Test predictions on the past: cut the history, predict, compare with what came')
            [CompletionResult]::new('optimize-resource-schedule', 'optimize-resource-schedule', [CompletionResultType]::ParameterValue, 'Propose better start times for the rules')
            [CompletionResult]::new('optimize', 'optimize', [CompletionResultType]::ParameterValue, 'Propose better start times for the rules')
            [CompletionResult]::new('search-similar-patterns', 'search-similar-patterns', [CompletionResultType]::ParameterValue, 'Find patterns that behave like others')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find patterns that behave like others')
            [CompletionResult]::new('gpu', 'gpu', [CompletionResultType]::ParameterValue, 'See which processes hold GPU memory, and free it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the store, list copies, verify and prune them')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Bring back a copy of the store')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Look for damage, leftovers and copies that nobody proved, and mend what can be mended')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, check or write the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual, or write its pages into a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;demo' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;import' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Which reader to use')
            [CompletionResult]::new('--map', '--map', [CompletionResultType]::ParameterName, 'A foreign column for one of ours (repeatable, or comma-separated): theirs=ours, a+b=ours, theirs=ours/1000')
            [CompletionResult]::new('--time-unit', '--time-unit', [CompletionResultType]::ParameterName, 'Unit of times that are plain numbers')
            [CompletionResult]::new('--start-time', '--start-time', [CompletionResultType]::ParameterName, 'Start of a log whose times are relative to it')
            [CompletionResult]::new('--year', '--year', [CompletionResultType]::ParameterName, 'Year of the first line of a log whose stamps have none')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Column names of an sacct export without a header')
            [CompletionResult]::new('--crontab-user', '--crontab-user', [CompletionResultType]::ParameterName, 'User that a user crontab belongs to')
            [CompletionResult]::new('--reject-file', '--reject-file', [CompletionResultType]::ParameterName, 'Write the records that could not be read here, each after its reason')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Stop at the first record that cannot be read and keep nothing of the file')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;analyze-activity-patterns' {
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Days of history to look at [default: 30]')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a pattern that is shown and saved [default: 0.7]')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'Only these task types: names or globs, comma-separated')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'Look for schedules within each user, host or queue of a task type, or each combination [default: task-type]')
            [CompletionResult]::new('--use-model', '--use-model', [CompletionResultType]::ParameterName, 'Language model that names patterns')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--normalize-names', '--normalize-names', [CompletionResultType]::ParameterName, 'Take names that differ only in dates, ids and the like for one task type [default]')
            [CompletionResult]::new('--no-normalize-names', '--no-normalize-names', [CompletionResultType]::ParameterName, 'Take each name for a task type of its own')
            [CompletionResult]::new('--include-user-behavior', '--include-user-behavior', [CompletionResultType]::ParameterName, 'Also learn when each user''s work usually starts [default]')
            [CompletionResult]::new('--no-include-user-behavior', '--no-include-user-behavior', [CompletionResultType]::ParameterName, 'Leave user behaviour out')
            [CompletionResult]::new('--save-patterns', '--save-patterns', [CompletionResultType]::ParameterName, 'Keep what is found in the store [default]')
            [CompletionResult]::new('--no-save-patterns', '--no-save-patterns', [CompletionResultType]::ParameterName, 'Show only')
            [CompletionResult]::new('--search-anew', '--search-anew', [CompletionResultType]::ParameterName, 'Search all of the history, not only what has changed since the last analysis')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;analyze' {
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Days of history to look at [default: 30]')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a pattern that is shown and saved [default: 0.7]')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'Only these task types: names or globs, comma-separated')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'Look for schedules within each user, host or queue of a task type, or each combination [default: task-type]')
            [CompletionResult]::new('--use-model', '--use-model', [CompletionResultType]::ParameterName, 'Language model that names patterns')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--normalize-names', '--normalize-names', [CompletionResultType]::ParameterName, 'Take names that differ only in dates, ids and the like for one task type [default]')
            [CompletionResult]::new('--no-normalize-names', '--no-normalize-names', [CompletionResultType]::ParameterName, 'Take each name for a task type of its own')
            [CompletionResult]::new('--include-user-behavior', '--include-user-behavior', [CompletionResultType]::ParameterName, 'Also learn when each user''s work usually starts [default]')
            [CompletionResult]::new('--no-include-user-behavior', '--no-include-user-behavior', [CompletionResultType]::ParameterName, 'Leave user behaviour out')
            [CompletionResult]::new('--save-patterns', '--save-patterns', [CompletionResultType]::ParameterName, 'Keep what is found in the store [default]')
            [CompletionResult]::new('--no-save-patterns', '--no-save-patterns', [CompletionResultType]::ParameterName, 'Show only')
            [CompletionResult]::new('--search-anew', '--search-anew', [CompletionResultType]::ParameterName, 'Search all of the history, not only what has changed since the last analysis')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;view-detected-patterns' {
            [CompletionResult]::new('--pattern-id', '--pattern-id', [CompletionResultType]::ParameterName, 'One pattern with its evidence')
            [CompletionResult]::new('--pattern-type', '--pattern-type', [CompletionResultType]::ParameterName, 'Only this type')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'At least this confidence')
            [CompletionResult]::new('--sort-by', '--sort-by', [CompletionResultType]::ParameterName, 'In which order')
            [CompletionResult]::new('--sort-order', '--sort-order', [CompletionResultType]::ParameterName, 'Which end first')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--active-only', '--active-only', [CompletionResultType]::ParameterName, 'Only patterns that are still kept')
            [CompletionResult]::new('--no-active-only', '--no-active-only', [CompletionResultType]::ParameterName, 'Also patterns that have ended [default]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;view' {
            [CompletionResult]::new('--pattern-id', '--pattern-id', [CompletionResultType]::ParameterName, 'One pattern with its evidence')
            [CompletionResult]::new('--pattern-type', '--pattern-type', [CompletionResultType]::ParameterName, 'Only this type')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'At least this confidence')
            [CompletionResult]::new('--sort-by', '--sort-by', [CompletionResultType]::ParameterName, 'In which order')
            [CompletionResult]::new('--sort-order', '--sort-order', [CompletionResultType]::ParameterName, 'Which end first')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--active-only', '--active-only', [CompletionResultType]::ParameterName, 'Only patterns that are still kept')
            [CompletionResult]::new('--no-active-only', '--no-active-only', [CompletionResultType]::ParameterName, 'Also patterns that have ended [default]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;generate-scheduling-rules' {
            [CompletionResult]::new('--pattern-ids', '--pattern-ids', [CompletionResultType]::ParameterName, 'Only these patterns')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a pattern that becomes a rule [default: 0.8]')
            [CompletionResult]::new('--max-rules', '--max-rules', [CompletionResultType]::ParameterName, 'At most this many rules')
            [CompletionResult]::new('--conflict-strategy', '--conflict-strategy', [CompletionResultType]::ParameterName, 'What to do about conflicts of new rules [default: report them only]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--from-patterns', '--from-patterns', [CompletionResultType]::ParameterName, 'Make rules from the patterns in the store [default, and the only source]')
            [CompletionResult]::new('--auto-enable', '--auto-enable', [CompletionResultType]::ParameterName, 'Let new rules count at once; otherwise `rules enable` does after a look')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;generate' {
            [CompletionResult]::new('--pattern-ids', '--pattern-ids', [CompletionResultType]::ParameterName, 'Only these patterns')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a pattern that becomes a rule [default: 0.8]')
            [CompletionResult]::new('--max-rules', '--max-rules', [CompletionResultType]::ParameterName, 'At most this many rules')
            [CompletionResult]::new('--conflict-strategy', '--conflict-strategy', [CompletionResultType]::ParameterName, 'What to do about conflicts of new rules [default: report them only]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--from-patterns', '--from-patterns', [CompletionResultType]::ParameterName, 'Make rules from the patterns in the store [default, and the only source]')
            [CompletionResult]::new('--auto-enable', '--auto-enable', [CompletionResultType]::ParameterName, 'Let new rules count at once; otherwise `rules enable` does after a look')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List rules')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one rule and what was done to it')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule by hand')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let predictions and plans count rules')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Leave rules out of predictions and plans')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove rules; `rules undo --to` brings them back')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who changed rules, plans and schedulers, when and with which command')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write rules for a scheduler')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Carry rules to a scheduler: show the difference, then change it')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back what was applied last, or bring earlier rules back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;rules;list' {
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Only from this source')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'Only these task types: names or globs, comma-separated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--enabled', '--enabled', [CompletionResultType]::ParameterName, 'Only those that predictions and plans count')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;show' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;add' {
            [CompletionResult]::new('--task-type', '--task-type', [CompletionResultType]::ParameterName, 'The task type it starts')
            [CompletionResult]::new('--cron', '--cron', [CompletionResultType]::ParameterName, 'When: five cron fields, or @hourly, @daily, @weekly, @monthly, @yearly')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'One line for people [default: the task type and its times]')
            [CompletionResult]::new('--command', '--command', [CompletionResultType]::ParameterName, 'What it runs; without it the rule cannot be exported')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, '1 (least) to 10: weighs displacement in plans, decides conflicts')
            [CompletionResult]::new('--earlier', '--earlier', [CompletionResultType]::ParameterName, 'How much earlier a plan may start it [default: 30m, at most half of its spacing]')
            [CompletionResult]::new('--later', '--later', [CompletionResultType]::ParameterName, 'How much later a plan may start it [default: 30m, at most half of its spacing]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--disabled', '--disabled', [CompletionResultType]::ParameterName, 'Leave it out of predictions and plans for now')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;enable' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;disable' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;remove' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;history' {
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many, newest first')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--changes-only', '--changes-only', [CompletionResultType]::ParameterName, 'Leave out plans that were proposed and not applied')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;export' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'For which scheduler')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'Container image that has the commands of the rules; Kubernetes needs one')
            [CompletionResult]::new('--single-jobs', '--single-jobs', [CompletionResultType]::ParameterName, 'slurm: a script of `sbatch --begin`, a job for each start within this time from now, instead of a scrontab')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--system-crontab', '--system-crontab', [CompletionResultType]::ParameterName, 'Write the user column of /etc/crontab and /etc/cron.d')
            [CompletionResult]::new('--cron-tz', '--cron-tz', [CompletionResultType]::ParameterName, 'Put rules of other zones below CRON_TZ lines, which cronie reads and Debian''s cron does not')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;apply' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'To which scheduler')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Only this crontab, instead of those that declared the rules and your own')
            [CompletionResult]::new('--units-dir', '--units-dir', [CompletionResultType]::ParameterName, 'Folder that gets units and drop-ins [default: /etc/systemd/system, with --user ~/.config/systemd/user]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Units of your own systemd instead of the system''s')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it; without this the difference is only shown')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it; without this the difference is only shown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;undo' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Bring the rules in the store back as they were after this revision (`rules history` lists them; 0: before all)')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only of this scheduler')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Only in this file')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it; without this the difference is only shown')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it; without this the difference is only shown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;rules;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List rules')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one rule and what was done to it')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule by hand')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let predictions and plans count rules')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Leave rules out of predictions and plans')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove rules; `rules undo --to` brings them back')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who changed rules, plans and schedulers, when and with which command')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write rules for a scheduler')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Carry rules to a scheduler: show the difference, then change it')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back what was applied last, or bring earlier rules back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;rules;help;list' {
            break
        }
        'tidetable;rules;help;show' {
            break
        }
        'tidetable;rules;help;add' {
            break
        }
        'tidetable;rules;help;enable' {
            break
        }
        'tidetable;rules;help;disable' {
            break
        }
        'tidetable;rules;help;remove' {
            break
        }
        'tidetable;rules;help;history' {
            break
        }
        'tidetable;rules;help;export' {
            break
        }
        'tidetable;rules;help;apply' {
            break
        }
        'tidetable;rules;help;undo' {
            break
        }
        'tidetable;rules;help;help' {
            break
        }
        'tidetable;predict' {
            [CompletionResult]::new('--look-ahead-hours', '--look-ahead-hours', [CompletionResultType]::ParameterName, 'Hours ahead, 1 to 8784 [default: 24]')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a prediction that is shown and kept [default: 0.5]')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'Only these task types: names or globs, comma-separated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Compare past predictions with what really ran')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;predict;evaluate' {
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Only the last N days [default: all]')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'Only these task types: names or globs, comma-separated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;predict;help' {
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Compare past predictions with what really ran')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;predict;help;evaluate' {
            break
        }
        'tidetable;predict;help;help' {
            break
        }
        'tidetable;backtest' {
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Replay the real runs of the last weeks with the shifts of a plan: a plan''s id, or `latest`')
            [CompletionResult]::new('--cut', '--cut', [CompletionResultType]::ParameterName, 'Cut the history here: a local day or an RFC 3339 time; with --plan, replay what came from here on')
            [CompletionResult]::new('--folds', '--folds', [CompletionResultType]::ParameterName, 'Cut it N times, each cut one horizon before the next, the last one horizon before the history''s end [default: 5]')
            [CompletionResult]::new('--look-ahead-hours', '--look-ahead-hours', [CompletionResultType]::ParameterName, 'Hours predicted from each cut, 1 to 8784 [default: 24]')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Least confidence of a prediction that counts [default: 0.5]')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Days of history mined before each cut [default: as analyze-activity-patterns]; with --plan, days replayed before the history''s end [default: 28]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Keep what the outcomes teach: later predictions are calibrated by it')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;optimize-resource-schedule' {
            [CompletionResult]::new('--undo', '--undo', [CompletionResultType]::ParameterName, 'Solve nothing: give the rules that the last applied plan (or this one) moved their times back, at once; --dry-run only shows it')
            [CompletionResult]::new('--target-date', '--target-date', [CompletionResultType]::ParameterName, 'First local day of the horizon [default: tomorrow]')
            [CompletionResult]::new('--look-ahead-hours', '--look-ahead-hours', [CompletionResultType]::ParameterName, 'Hours of the horizon [default: 24; 168 when a rule keeps to weekdays]')
            [CompletionResult]::new('--time-limit', '--time-limit', [CompletionResultType]::ParameterName, 'How long to search [default: 10s]; a proof of optimality ends it earlier')
            [CompletionResult]::new('--instance', '--instance', [CompletionResultType]::ParameterName, 'Solve this problem (format sched-opt/1, plain, gzip or zstd; - for standard input) instead of the store''s rules')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the plan as a web page, with heat maps of the load before and after')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--balance-load', '--balance-load', [CompletionResultType]::ParameterName, 'Even out the load over time (least variance)')
            [CompletionResult]::new('--peak-mitigation', '--peak-mitigation', [CompletionResultType]::ParameterName, 'Lower the highest load')
            [CompletionResult]::new('--resource-efficiency', '--resource-efficiency', [CompletionResultType]::ParameterName, 'Spend less: energy, idle hours, overload')
            [CompletionResult]::new('--conflict-resolution', '--conflict-resolution', [CompletionResultType]::ParameterName, 'Make everything fit its capacity with the least displacement')
            [CompletionResult]::new('--verify-applied', '--verify-applied', [CompletionResultType]::ParameterName, 'Solve nothing: compare what the last applied plan promised with what the runs since tell')
            [CompletionResult]::new('--auto-apply', '--auto-apply', [CompletionResultType]::ParameterName, 'Move the rules in the store if the gain is large enough (5 % unless configured)')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Also give the problem that was solved, in the format sched-opt/1, and what each of its rules stands for')
            [CompletionResult]::new('--learn-windows', '--learn-windows', [CompletionResultType]::ParameterName, 'Also let rules move as far as their starts have moved before (at most 4 h)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;optimize' {
            [CompletionResult]::new('--undo', '--undo', [CompletionResultType]::ParameterName, 'Solve nothing: give the rules that the last applied plan (or this one) moved their times back, at once; --dry-run only shows it')
            [CompletionResult]::new('--target-date', '--target-date', [CompletionResultType]::ParameterName, 'First local day of the horizon [default: tomorrow]')
            [CompletionResult]::new('--look-ahead-hours', '--look-ahead-hours', [CompletionResultType]::ParameterName, 'Hours of the horizon [default: 24; 168 when a rule keeps to weekdays]')
            [CompletionResult]::new('--time-limit', '--time-limit', [CompletionResultType]::ParameterName, 'How long to search [default: 10s]; a proof of optimality ends it earlier')
            [CompletionResult]::new('--instance', '--instance', [CompletionResultType]::ParameterName, 'Solve this problem (format sched-opt/1, plain, gzip or zstd; - for standard input) instead of the store''s rules')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write the plan as a web page, with heat maps of the load before and after')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--balance-load', '--balance-load', [CompletionResultType]::ParameterName, 'Even out the load over time (least variance)')
            [CompletionResult]::new('--peak-mitigation', '--peak-mitigation', [CompletionResultType]::ParameterName, 'Lower the highest load')
            [CompletionResult]::new('--resource-efficiency', '--resource-efficiency', [CompletionResultType]::ParameterName, 'Spend less: energy, idle hours, overload')
            [CompletionResult]::new('--conflict-resolution', '--conflict-resolution', [CompletionResultType]::ParameterName, 'Make everything fit its capacity with the least displacement')
            [CompletionResult]::new('--verify-applied', '--verify-applied', [CompletionResultType]::ParameterName, 'Solve nothing: compare what the last applied plan promised with what the runs since tell')
            [CompletionResult]::new('--auto-apply', '--auto-apply', [CompletionResultType]::ParameterName, 'Move the rules in the store if the gain is large enough (5 % unless configured)')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Also give the problem that was solved, in the format sched-opt/1, and what each of its rules stands for')
            [CompletionResult]::new('--learn-windows', '--learn-windows', [CompletionResultType]::ParameterName, 'Also let rules move as far as their starts have moved before (at most 4 h)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;search-similar-patterns' {
            [CompletionResult]::new('--pattern-id', '--pattern-id', [CompletionResultType]::ParameterName, 'What behaves like this pattern?')
            [CompletionResult]::new('--pattern-type', '--pattern-type', [CompletionResultType]::ParameterName, 'What behaves like the patterns of this type? Answers are other patterns; --all-pairs compares these with each other')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'What behaves like the patterns of these task types? Names or globs, comma-separated; a text that is neither stands for the names nearest to it. Answers are other patterns; --all-pairs compares these with each other')
            [CompletionResult]::new('--vectors', '--vectors', [CompletionResultType]::ParameterName, 'What is nearest among the rows of this .npy file (float32, C order)? By inner products: normalised rows give cosines. Rows of zeros have no neighbours and are nobody''s. Needs no store')
            [CompletionResult]::new('--queries', '--queries', [CompletionResultType]::ParameterName, 'Rows to look up in --vectors; without it, each of its rows is looked up among the others')
            [CompletionResult]::new('--similarity', '--similarity', [CompletionResultType]::ParameterName, 'Least similarity of a result [default: 0.8; none with --vectors]')
            [CompletionResult]::new('--max-results', '--max-results', [CompletionResultType]::ParameterName, 'At most this many results for each pattern asked for')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Only patterns of at least this confidence')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'What searches: auto, cpu, or a GPU as CUDA numbers it (cuda:0). auto takes a GPU where `gpu bench` measured that it pays, and it is neither full, hot nor busy')
            [CompletionResult]::new('--min-members', '--min-members', [CompletionResultType]::ParameterName, 'With --cluster: neighbours, itself included, that make a pattern the core of a group')
            [CompletionResult]::new('--use-model', '--use-model', [CompletionResultType]::ParameterName, 'Compare task types by their letters (none), or by what a model makes of them; server, model and key are configured under [embedding]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--active-only', '--active-only', [CompletionResultType]::ParameterName, 'Only patterns that are still kept')
            [CompletionResult]::new('--no-active-only', '--no-active-only', [CompletionResultType]::ParameterName, 'Also patterns that have ended [default]')
            [CompletionResult]::new('--all-pairs', '--all-pairs', [CompletionResultType]::ParameterName, 'Compare the patterns asked for with each other too; alone, all patterns with each other')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Group the patterns asked for (all, where nothing is asked for): those with enough neighbours of --similarity, and their neighbours')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;search' {
            [CompletionResult]::new('--pattern-id', '--pattern-id', [CompletionResultType]::ParameterName, 'What behaves like this pattern?')
            [CompletionResult]::new('--pattern-type', '--pattern-type', [CompletionResultType]::ParameterName, 'What behaves like the patterns of this type? Answers are other patterns; --all-pairs compares these with each other')
            [CompletionResult]::new('--task-types', '--task-types', [CompletionResultType]::ParameterName, 'What behaves like the patterns of these task types? Names or globs, comma-separated; a text that is neither stands for the names nearest to it. Answers are other patterns; --all-pairs compares these with each other')
            [CompletionResult]::new('--vectors', '--vectors', [CompletionResultType]::ParameterName, 'What is nearest among the rows of this .npy file (float32, C order)? By inner products: normalised rows give cosines. Rows of zeros have no neighbours and are nobody''s. Needs no store')
            [CompletionResult]::new('--queries', '--queries', [CompletionResultType]::ParameterName, 'Rows to look up in --vectors; without it, each of its rows is looked up among the others')
            [CompletionResult]::new('--similarity', '--similarity', [CompletionResultType]::ParameterName, 'Least similarity of a result [default: 0.8; none with --vectors]')
            [CompletionResult]::new('--max-results', '--max-results', [CompletionResultType]::ParameterName, 'At most this many results for each pattern asked for')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Only patterns of at least this confidence')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'What searches: auto, cpu, or a GPU as CUDA numbers it (cuda:0). auto takes a GPU where `gpu bench` measured that it pays, and it is neither full, hot nor busy')
            [CompletionResult]::new('--min-members', '--min-members', [CompletionResultType]::ParameterName, 'With --cluster: neighbours, itself included, that make a pattern the core of a group')
            [CompletionResult]::new('--use-model', '--use-model', [CompletionResultType]::ParameterName, 'Compare task types by their letters (none), or by what a model makes of them; server, model and key are configured under [embedding]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--active-only', '--active-only', [CompletionResultType]::ParameterName, 'Only patterns that are still kept')
            [CompletionResult]::new('--no-active-only', '--no-active-only', [CompletionResultType]::ParameterName, 'Also patterns that have ended [default]')
            [CompletionResult]::new('--all-pairs', '--all-pairs', [CompletionResultType]::ParameterName, 'Compare the patterns asked for with each other too; alone, all patterns with each other')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'Group the patterns asked for (all, where nothing is asked for): those with enough neighbours of --similarity, and their neighbours')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu' {
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit')
            [CompletionResult]::new('processes', 'processes', [CompletionResultType]::ParameterValue, 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Read GPUs again and again: keep the readings, warn when memory runs out')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Free GPU memory: end what is idle; without --yes, show what and why')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure the processor and each GPU side by side, and compare with the last time')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;gpu;status' {
            [CompletionResult]::new('--fits', '--fits', [CompletionResultType]::ParameterName, 'Whether so much memory is free, on so many GPUs')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;processes' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'Only this GPU (repeatable)')
            [CompletionResult]::new('--gpu', '--gpu', [CompletionResultType]::ParameterName, 'Only this GPU (repeatable)')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;watch' {
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between two readings')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'End after so many readings; otherwise with Ctrl-C')
            [CompletionResult]::new('--exit-on', '--exit-on', [CompletionResultType]::ParameterName, 'End, with exit code 4, once a GPU is at this level')
            [CompletionResult]::new('--on-critical', '--on-critical', [CompletionResultType]::ParameterName, 'Program to start each time a GPU becomes critical')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'One reading, as from cron; levels go on from the readings kept before')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;clear' {
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'Only on this GPU (repeatable)')
            [CompletionResult]::new('--gpu', '--gpu', [CompletionResultType]::ParameterName, 'Only on this GPU (repeatable)')
            [CompletionResult]::new('--need', '--need', [CompletionResultType]::ParameterName, 'Free no more than it takes to have so much free on one GPU')
            [CompletionResult]::new('--idle-for', '--idle-for', [CompletionResultType]::ParameterName, 'Only what has been idle this long, by the readings of `gpu watch`, such as 10m; 0 does not ask for idleness')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Only this process (repeatable); also one that a service or container would start again, or that is not idle')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only processes of this user, by name or number (repeatable)')
            [CompletionResult]::new('--allow-user', '--allow-user', [CompletionResultType]::ParameterName, 'Also processes of this user, by name or number (repeatable)')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Only what matches, by command line, unit or container (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Nothing that matches, by command line, unit or container (repeatable)')
            [CompletionResult]::new('--min-age', '--min-age', [CompletionResultType]::ParameterName, 'Only processes that have run at least this long')
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long a process may take to end')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--servers-only', '--servers-only', [CompletionResultType]::ParameterName, 'Only ask model servers; signal nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Kill what still holds the device by then')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it; without this a terminal is asked, and elsewhere the plan is only shown')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it; without this a terminal is asked, and elsewhere the plan is only shown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;bench' {
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--quick', '--quick', [CompletionResultType]::ParameterName, 'Small sizes only: seconds instead of minutes')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;models' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Only these servers: a kind such as ollama, or an address (repeatable)')
            [CompletionResult]::new('--unload', '--unload', [CompletionResultType]::ParameterName, 'Ask servers to let this model go (repeatable); lru: the one that was not used for longest, by our own looks')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'With --unload lru: that many, least recently used first')
            [CompletionResult]::new('--idle-for', '--idle-for', [CompletionResultType]::ParameterName, 'With --unload lru: only models that were not used for so long')
            [CompletionResult]::new('--preload-for', '--preload-for', [CompletionResultType]::ParameterName, 'Load the model that [[preload]] names for the next predicted run of this task type, and keep it until that ends')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'How long to wait for memory to come back, or for a model to be there')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Recorded readings in the place of the driver')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--undo', '--undo', [CompletionResultType]::ParameterName, 'Take back what the last --unload or --preload-for did')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it; without this the plan is only shown')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it; without this the plan is only shown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;gpu;help' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit')
            [CompletionResult]::new('processes', 'processes', [CompletionResultType]::ParameterValue, 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Read GPUs again and again: keep the readings, warn when memory runs out')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Free GPU memory: end what is idle; without --yes, show what and why')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure the processor and each GPU side by side, and compare with the last time')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;gpu;help;status' {
            break
        }
        'tidetable;gpu;help;processes' {
            break
        }
        'tidetable;gpu;help;watch' {
            break
        }
        'tidetable;gpu;help;clear' {
            break
        }
        'tidetable;gpu;help;bench' {
            break
        }
        'tidetable;gpu;help;models' {
            break
        }
        'tidetable;gpu;help;help' {
            break
        }
        'tidetable;backup' {
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, to be read in the list [default: manual]')
            [CompletionResult]::new('--archive-format', '--archive-format', [CompletionResultType]::ParameterName, 'How to pack it: zst is smaller and faster, tar.gz is unpacked by what is everywhere [default: zst]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Copy the store, also while others write to it [default]')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the copies')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Unpack copies, check every row against what was copied, and say what is damaged')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove copies that no rule keeps; the last good one always stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;backup;create' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, to be read in the list [default: manual]')
            [CompletionResult]::new('--archive-format', '--archive-format', [CompletionResultType]::ParameterName, 'How to pack it: zst is smaller and faster, tar.gz is unpacked by what is everywhere [default: zst]')
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;backup;list' {
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;backup;verify' {
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All copies [default]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;backup;drill' {
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;backup;prune' {
            [CompletionResult]::new('--keep-days', '--keep-days', [CompletionResultType]::ParameterName, 'Copies younger than this many days [default: 30 when no other rule is named]')
            [CompletionResult]::new('--keep-within', '--keep-within', [CompletionResultType]::ParameterName, 'Copies younger than this: 12h, 14d, 6w, 1y6m (m: 30 days, y: 365); a bare number counts days')
            [CompletionResult]::new('--keep-last', '--keep-last', [CompletionResultType]::ParameterName, 'The newest copies')
            [CompletionResult]::new('--keep-hourly', '--keep-hourly', [CompletionResultType]::ParameterName, 'The newest copy of each of the last hours that have one')
            [CompletionResult]::new('--keep-daily', '--keep-daily', [CompletionResultType]::ParameterName, 'The newest copy of each of the last days that have one')
            [CompletionResult]::new('--keep-weekly', '--keep-weekly', [CompletionResultType]::ParameterName, 'The newest copy of each of the last weeks that have one')
            [CompletionResult]::new('--keep-monthly', '--keep-monthly', [CompletionResultType]::ParameterName, 'The newest copy of each of the last months that have one')
            [CompletionResult]::new('--keep-yearly', '--keep-yearly', [CompletionResultType]::ParameterName, 'The newest copy of each of the last years that have one')
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;backup;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Copy the store, also while others write to it [default]')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the copies')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Unpack copies, check every row against what was copied, and say what is damaged')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove copies that no rule keeps; the last good one always stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;backup;help;create' {
            break
        }
        'tidetable;backup;help;list' {
            break
        }
        'tidetable;backup;help;verify' {
            break
        }
        'tidetable;backup;help;drill' {
            break
        }
        'tidetable;backup;help;prune' {
            break
        }
        'tidetable;backup;help;help' {
            break
        }
        'tidetable;restore' {
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Restore to this file instead of the store')
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--undo', '--undo', [CompletionResultType]::ParameterName, 'Bring back what the last restore replaced')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it; without this the plan is only told')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it; without this the plan is only told')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;doctor' {
            [CompletionResult]::new('--backup-dir', '--backup-dir', [CompletionResultType]::ParameterName, 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--repair', '--repair', [CompletionResultType]::ParameterName, 'Plan the repairs that need no decision of yours')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Carry the repairs out')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Carry the repairs out')
            [CompletionResult]::new('--quick', '--quick', [CompletionResultType]::ParameterName, 'Leave out reading the copies: looks only at the store, and at names and sizes')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;config' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the values that count')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find unknown fields, wrong types and values out of range')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Print a commented configuration with this machine''s capacities, or write it to a file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;config;show' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--origin', '--origin', [CompletionResultType]::ParameterName, 'Say which file, variable or option each value comes from')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;config;check' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;config;generate' {
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Write it to this file')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Write it to the user''s configuration file')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a file that is there already')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the values that count')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find unknown fields, wrong types and values out of range')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Print a commented configuration with this machine''s capacities, or write it to a file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;config;help;show' {
            break
        }
        'tidetable;config;help;check' {
            break
        }
        'tidetable;config;help;generate' {
            break
        }
        'tidetable;config;help;help' {
            break
        }
        'tidetable;completions' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the page of every command into this folder, made where it is missing')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The store [default: tidetable/store.db in the XDG data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file instead of the user''s and the project''s')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'Form of the answer [default: table]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Zone of local times, an IANA name [default: the system''s]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour [default: auto]')
            [CompletionResult]::new('--lock-timeout', '--lock-timeout', [CompletionResultType]::ParameterName, 'How long to wait for another writer of the store [default: 10s]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of every random choice [default: 0]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend that it is this instant: later runs do not exist, later ends are unknown')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Plan and show everything, change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error (repeatable)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No warnings or hints on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'No progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'tidetable;help' {
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the whole pipeline on the bundled sample history, in a throw-away store')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Read the history of jobs from a log or an export')
            [CompletionResult]::new('analyze-activity-patterns', 'analyze-activity-patterns', [CompletionResultType]::ParameterValue, 'Find out when work recurs and what it needs')
            [CompletionResult]::new('view-detected-patterns', 'view-detected-patterns', [CompletionResultType]::ParameterValue, 'List the patterns found, or one with its evidence')
            [CompletionResult]::new('generate-scheduling-rules', 'generate-scheduling-rules', [CompletionResultType]::ParameterValue, 'Turn patterns into scheduling rules')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List, show, add, enable, disable and remove scheduling rules')
            [CompletionResult]::new('predict', 'predict', [CompletionResultType]::ParameterValue, 'Predict which runs the next hours bring and what they need')
            [CompletionResult]::new('backtest', 'backtest', [CompletionResultType]::ParameterValue, 'Test predictions on the past: cut the history, predict, compare with what came')
            [CompletionResult]::new('optimize-resource-schedule', 'optimize-resource-schedule', [CompletionResultType]::ParameterValue, 'Propose better start times for the rules')
            [CompletionResult]::new('search-similar-patterns', 'search-similar-patterns', [CompletionResultType]::ParameterValue, 'Find patterns that behave like others')
            [CompletionResult]::new('gpu', 'gpu', [CompletionResultType]::ParameterValue, 'See which processes hold GPU memory, and free it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the store, list copies, verify and prune them')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Bring back a copy of the store')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Look for damage, leftovers and copies that nobody proved, and mend what can be mended')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, check or write the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual, or write its pages into a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'tidetable;help;demo' {
            break
        }
        'tidetable;help;import' {
            break
        }
        'tidetable;help;analyze-activity-patterns' {
            break
        }
        'tidetable;help;view-detected-patterns' {
            break
        }
        'tidetable;help;generate-scheduling-rules' {
            break
        }
        'tidetable;help;rules' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List rules')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one rule and what was done to it')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule by hand')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let predictions and plans count rules')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Leave rules out of predictions and plans')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove rules; `rules undo --to` brings them back')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who changed rules, plans and schedulers, when and with which command')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write rules for a scheduler')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Carry rules to a scheduler: show the difference, then change it')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Take back what was applied last, or bring earlier rules back')
            break
        }
        'tidetable;help;rules;list' {
            break
        }
        'tidetable;help;rules;show' {
            break
        }
        'tidetable;help;rules;add' {
            break
        }
        'tidetable;help;rules;enable' {
            break
        }
        'tidetable;help;rules;disable' {
            break
        }
        'tidetable;help;rules;remove' {
            break
        }
        'tidetable;help;rules;history' {
            break
        }
        'tidetable;help;rules;export' {
            break
        }
        'tidetable;help;rules;apply' {
            break
        }
        'tidetable;help;rules;undo' {
            break
        }
        'tidetable;help;predict' {
            [CompletionResult]::new('evaluate', 'evaluate', [CompletionResultType]::ParameterValue, 'Compare past predictions with what really ran')
            break
        }
        'tidetable;help;predict;evaluate' {
            break
        }
        'tidetable;help;backtest' {
            break
        }
        'tidetable;help;optimize-resource-schedule' {
            break
        }
        'tidetable;help;search-similar-patterns' {
            break
        }
        'tidetable;help;gpu' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit')
            [CompletionResult]::new('processes', 'processes', [CompletionResultType]::ParameterValue, 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Read GPUs again and again: keep the readings, warn when memory runs out')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Free GPU memory: end what is idle; without --yes, show what and why')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure the processor and each GPU side by side, and compare with the last time')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it')
            break
        }
        'tidetable;help;gpu;status' {
            break
        }
        'tidetable;help;gpu;processes' {
            break
        }
        'tidetable;help;gpu;watch' {
            break
        }
        'tidetable;help;gpu;clear' {
            break
        }
        'tidetable;help;gpu;bench' {
            break
        }
        'tidetable;help;gpu;models' {
            break
        }
        'tidetable;help;backup' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Copy the store, also while others write to it [default]')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the copies')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Unpack copies, check every row against what was copied, and say what is damaged')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove copies that no rule keeps; the last good one always stays')
            break
        }
        'tidetable;help;backup;create' {
            break
        }
        'tidetable;help;backup;list' {
            break
        }
        'tidetable;help;backup;verify' {
            break
        }
        'tidetable;help;backup;drill' {
            break
        }
        'tidetable;help;backup;prune' {
            break
        }
        'tidetable;help;restore' {
            break
        }
        'tidetable;help;doctor' {
            break
        }
        'tidetable;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the values that count')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find unknown fields, wrong types and values out of range')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Print a commented configuration with this machine''s capacities, or write it to a file')
            break
        }
        'tidetable;help;config;show' {
            break
        }
        'tidetable;help;config;check' {
            break
        }
        'tidetable;help;config;generate' {
            break
        }
        'tidetable;help;completions' {
            break
        }
        'tidetable;help;man' {
            break
        }
        'tidetable;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
