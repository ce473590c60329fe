# Completes the commands and options of tidetable. For ids and task types from the store as well:
#   COMPLETE=fish tidetable | source
# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tidetable_global_optspecs
    string join \n db= config= output-format= timezone= n/dry-run v/verbose q/quiet color= no-progress lock-timeout= seed= now= h/help V/version
end

function __fish_tidetable_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tidetable_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tidetable_using_subcommand
    set -l cmd (__fish_tidetable_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tidetable -n "__fish_tidetable_needs_command" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_needs_command" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_needs_command" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_needs_command" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_needs_command" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_needs_command" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_needs_command" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_needs_command" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_needs_command" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_needs_command" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_needs_command" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_needs_command" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_needs_command" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "demo" -d 'Show the whole pipeline on the bundled sample history, in a throw-away store'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "import" -d 'Read the history of jobs from a log or an export'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "analyze-activity-patterns" -d 'Find out when work recurs and what it needs'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "analyze" -d 'Find out when work recurs and what it needs'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "view-detected-patterns" -d 'List the patterns found, or one with its evidence'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "view" -d 'List the patterns found, or one with its evidence'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "generate-scheduling-rules" -d 'Turn patterns into scheduling rules'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "generate" -d 'Turn patterns into scheduling rules'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "rules" -d 'List, show, add, enable, disable and remove scheduling rules'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "predict" -d 'Predict which runs the next hours bring and what they need'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "backtest" -d 'Test predictions on the past: cut the history, predict, compare with what came'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "optimize-resource-schedule" -d 'Propose better start times for the rules'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "optimize" -d 'Propose better start times for the rules'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "search-similar-patterns" -d 'Find patterns that behave like others'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "search" -d 'Find patterns that behave like others'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "gpu" -d 'See which processes hold GPU memory, and free it'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "backup" -d 'Copy the store, list copies, verify and prune them'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "restore" -d 'Bring back a copy of the store'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "doctor" -d 'Look for damage, leftovers and copies that nobody proved, and mend what can be mended'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "config" -d 'Show, check or write the configuration'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "man" -d 'Print the manual, or write its pages into a folder'
complete -c tidetable -n "__fish_tidetable_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand demo" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l format -d 'Which reader to use' -r -f -a "auto\t'Look at the first lines'
csv\t'The activity record as comma-separated values'
jsonl\t'The activity record as JSON lines'
swf\t'Standard Workload Format'
sacct\t'Text of `sacct --parsable2`'
cron\t'Syslog or /var/log/cron lines of cron'
journal\t'Lines of `journalctl -o json`'
crontab\t'A crontab: its lines become declared rules'
banana-bun\t'An SQLite file with a `tasks` table'"
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l map -d 'A foreign column for one of ours (repeatable, or comma-separated): theirs=ours, a+b=ours, theirs=ours/1000' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l time-unit -d 'Unit of times that are plain numbers' -r -f -a "s\t'Seconds'
ms\t'Milliseconds'
us\t'Microseconds'
ns\t'Nanoseconds'
min\t'Minutes'"
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l start-time -d 'Start of a log whose times are relative to it' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l year -d 'Year of the first line of a log whose stamps have none' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l fields -d 'Column names of an sacct export without a header' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l crontab-user -d 'User that a user crontab belongs to' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l reject-file -d 'Write the records that could not be read here, each after its reason' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l strict -d 'Stop at the first record that cannot be read and keep nothing of the file'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand import" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l days -d 'Days of history to look at [default: 30]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l min-confidence -d 'Least confidence of a pattern that is shown and saved [default: 0.7]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l task-types -d 'Only these task types: names or globs, comma-separated' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l group-by -d 'Look for schedules within each user, host or queue of a task type, or each combination [default: task-type]' -r -f -a "task-type\t'Task type; always part of the grouping'
user\t'Who ran it'
host\t'Where it ran'
queue\t'Queue or partition it waited in'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l use-model -d 'Language model that names patterns' -r -f -a "none\t'None: everything is computed here'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l normalize-names -d 'Take names that differ only in dates, ids and the like for one task type [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l no-normalize-names -d 'Take each name for a task type of its own'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l include-user-behavior -d 'Also learn when each user\'s work usually starts [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l no-include-user-behavior -d 'Leave user behaviour out'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l save-patterns -d 'Keep what is found in the store [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l no-save-patterns -d 'Show only'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l search-anew -d 'Search all of the history, not only what has changed since the last analysis'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze-activity-patterns" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l days -d 'Days of history to look at [default: 30]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l min-confidence -d 'Least confidence of a pattern that is shown and saved [default: 0.7]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l task-types -d 'Only these task types: names or globs, comma-separated' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l group-by -d 'Look for schedules within each user, host or queue of a task type, or each combination [default: task-type]' -r -f -a "task-type\t'Task type; always part of the grouping'
user\t'Who ran it'
host\t'Where it ran'
queue\t'Queue or partition it waited in'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l use-model -d 'Language model that names patterns' -r -f -a "none\t'None: everything is computed here'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l normalize-names -d 'Take names that differ only in dates, ids and the like for one task type [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l no-normalize-names -d 'Take each name for a task type of its own'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l include-user-behavior -d 'Also learn when each user\'s work usually starts [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l no-include-user-behavior -d 'Leave user behaviour out'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l save-patterns -d 'Keep what is found in the store [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l no-save-patterns -d 'Show only'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l search-anew -d 'Search all of the history, not only what has changed since the last analysis'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand analyze" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l pattern-id -d 'One pattern with its evidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l pattern-type -d 'Only this type' -r -f -a "daily_recurring\t''
weekly_recurring\t''
monthly_recurring\t''
interval\t''
user_behavior\t''
resource_usage\t''
task_correlation\t''
seasonal\t''
custom\t''"
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l min-confidence -d 'At least this confidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l sort-by -d 'In which order' -r -f -a "confidence\t'By confidence'
frequency\t'By number of runs that fit'
date\t'By last run that fits'
type\t'By pattern type'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l sort-order -d 'Which end first' -r -f -a "asc\t'Smallest first'
desc\t'Largest first'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l limit -d 'At most this many' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l active-only -d 'Only patterns that are still kept'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l no-active-only -d 'Also patterns that have ended [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand view-detected-patterns" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l pattern-id -d 'One pattern with its evidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l pattern-type -d 'Only this type' -r -f -a "daily_recurring\t''
weekly_recurring\t''
monthly_recurring\t''
interval\t''
user_behavior\t''
resource_usage\t''
task_correlation\t''
seasonal\t''
custom\t''"
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l min-confidence -d 'At least this confidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l sort-by -d 'In which order' -r -f -a "confidence\t'By confidence'
frequency\t'By number of runs that fit'
date\t'By last run that fits'
type\t'By pattern type'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l sort-order -d 'Which end first' -r -f -a "asc\t'Smallest first'
desc\t'Largest first'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l limit -d 'At most this many' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l active-only -d 'Only patterns that are still kept'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l no-active-only -d 'Also patterns that have ended [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand view" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l pattern-ids -d 'Only these patterns' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l min-confidence -d 'Least confidence of a pattern that becomes a rule [default: 0.8]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l max-rules -d 'At most this many rules' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l conflict-strategy -d 'What to do about conflicts of new rules [default: report them only]' -r -f -a "priority\t'The higher priority keeps its time; the other moves within its flexibility to the nearest time at which both fit, or stays and is reported'
merge\t'Patterns that mean the same become one rule, the surest; other conflicts are reported'
disable-lower\t'The rule of lower priority is stored disabled'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l from-patterns -d 'Make rules from the patterns in the store [default, and the only source]'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l auto-enable -d 'Let new rules count at once; otherwise `rules enable` does after a look'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate-scheduling-rules" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l pattern-ids -d 'Only these patterns' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l min-confidence -d 'Least confidence of a pattern that becomes a rule [default: 0.8]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l max-rules -d 'At most this many rules' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l conflict-strategy -d 'What to do about conflicts of new rules [default: report them only]' -r -f -a "priority\t'The higher priority keeps its time; the other moves within its flexibility to the nearest time at which both fit, or stays and is reported'
merge\t'Patterns that mean the same become one rule, the surest; other conflicts are reported'
disable-lower\t'The rule of lower priority is stored disabled'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l from-patterns -d 'Make rules from the patterns in the store [default, and the only source]'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l auto-enable -d 'Let new rules count at once; otherwise `rules enable` does after a look'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand generate" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "list" -d 'List rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "show" -d 'Show one rule and what was done to it'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "add" -d 'Add a rule by hand'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "enable" -d 'Let predictions and plans count rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "disable" -d 'Leave rules out of predictions and plans'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "remove" -d 'Remove rules; `rules undo --to` brings them back'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "history" -d 'Show who changed rules, plans and schedulers, when and with which command'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "export" -d 'Write rules for a scheduler'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "apply" -d 'Carry rules to a scheduler: show the difference, then change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "undo" -d 'Take back what was applied last, or bring earlier rules back'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and not __fish_seen_subcommand_from list show add enable disable remove history export apply undo help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l source -d 'Only from this source' -r -f -a "mined\t'From patterns'
declared\t'From an imported crontab'
manual\t'Added by hand'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l task-types -d 'Only these task types: names or globs, comma-separated' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l enabled -d 'Only those that predictions and plans count'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l task-type -d 'The task type it starts' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l cron -d 'When: five cron fields, or @hourly, @daily, @weekly, @monthly, @yearly' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l name -d 'One line for people [default: the task type and its times]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l command -d 'What it runs; without it the rule cannot be exported' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l priority -d '1 (least) to 10: weighs displacement in plans, decides conflicts' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l earlier -d 'How much earlier a plan may start it [default: 30m, at most half of its spacing]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l later -d 'How much later a plan may start it [default: 30m, at most half of its spacing]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l disabled -d 'Leave it out of predictions and plans for now'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from enable" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from disable" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l limit -d 'How many, newest first' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l changes-only -d 'Leave out plans that were proposed and not applied'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from history" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l target -d 'For which scheduler' -r -f -a "crontab\t'Lines of a crontab'
systemd\t'A .timer and a .service unit for each rule'
slurm\t'Lines of a scrontab with their #SCRON options'
kubernetes\t'A CronJob for each rule, as YAML'
json\t'A JSON array of rules'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l image -d 'Container image that has the commands of the rules; Kubernetes needs one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l single-jobs -d 'slurm: a script of `sbatch --begin`, a job for each start within this time from now, instead of a scrontab' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l system-crontab -d 'Write the user column of /etc/crontab and /etc/cron.d'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l cron-tz -d 'Put rules of other zones below CRON_TZ lines, which cronie reads and Debian\'s cron does not'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l target -d 'To which scheduler' -r -f -a "crontab\t'Crontabs'
systemd\t'systemd\'s timers'
slurm\t'Slurm\'s scrontab'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l file -d 'Only this crontab, instead of those that declared the rules and your own' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l units-dir -d 'Folder that gets units and drop-ins [default: /etc/systemd/system, with --user ~/.config/systemd/user]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l user -d 'Units of your own systemd instead of the system\'s'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s y -l yes -d 'Do it; without this the difference is only shown'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from apply" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l to -d 'Bring the rules in the store back as they were after this revision (`rules history` lists them; 0: before all)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l target -d 'Only of this scheduler' -r -f -a "crontab\t'Crontabs'
systemd\t'systemd\'s timers'
slurm\t'Slurm\'s scrontab'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l file -d 'Only in this file' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s y -l yes -d 'Do it; without this the difference is only shown'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from undo" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "list" -d 'List rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one rule and what was done to it'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a rule by hand'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Let predictions and plans count rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Leave rules out of predictions and plans'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove rules; `rules undo --to` brings them back'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "history" -d 'Show who changed rules, plans and schedulers, when and with which command'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write rules for a scheduler'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "apply" -d 'Carry rules to a scheduler: show the difference, then change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "undo" -d 'Take back what was applied last, or bring earlier rules back'
complete -c tidetable -n "__fish_tidetable_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l look-ahead-hours -d 'Hours ahead, 1 to 8784 [default: 24]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l min-confidence -d 'Least confidence of a prediction that is shown and kept [default: 0.5]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l task-types -d 'Only these task types: names or globs, comma-separated' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -f -a "evaluate" -d 'Compare past predictions with what really ran'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and not __fish_seen_subcommand_from evaluate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l days -d 'Only the last N days [default: all]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l task-types -d 'Only these task types: names or globs, comma-separated' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from evaluate" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from help" -f -a "evaluate" -d 'Compare past predictions with what really ran'
complete -c tidetable -n "__fish_tidetable_using_subcommand predict; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l plan -d 'Replay the real runs of the last weeks with the shifts of a plan: a plan\'s id, or `latest`' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l cut -d 'Cut the history here: a local day or an RFC 3339 time; with --plan, replay what came from here on' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l folds -d 'Cut it N times, each cut one horizon before the next, the last one horizon before the history\'s end [default: 5]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l look-ahead-hours -d 'Hours predicted from each cut, 1 to 8784 [default: 24]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l min-confidence -d 'Least confidence of a prediction that counts [default: 0.5]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l days -d 'Days of history mined before each cut [default: as analyze-activity-patterns]; with --plan, days replayed before the history\'s end [default: 28]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l save -d 'Keep what the outcomes teach: later predictions are calibrated by it'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backtest" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l undo -d 'Solve nothing: give the rules that the last applied plan (or this one) moved their times back, at once; --dry-run only shows it' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l target-date -d 'First local day of the horizon [default: tomorrow]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l look-ahead-hours -d 'Hours of the horizon [default: 24; 168 when a rule keeps to weekdays]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l time-limit -d 'How long to search [default: 10s]; a proof of optimality ends it earlier' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l instance -d 'Solve this problem (format sched-opt/1, plain, gzip or zstd; - for standard input) instead of the store\'s rules' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l report -d 'Write the plan as a web page, with heat maps of the load before and after' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l balance-load -d 'Even out the load over time (least variance)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l peak-mitigation -d 'Lower the highest load'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l resource-efficiency -d 'Spend less: energy, idle hours, overload'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l conflict-resolution -d 'Make everything fit its capacity with the least displacement'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l verify-applied -d 'Solve nothing: compare what the last applied plan promised with what the runs since tell'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l auto-apply -d 'Move the rules in the store if the gain is large enough (5 % unless configured)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l explain -d 'Also give the problem that was solved, in the format sched-opt/1, and what each of its rules stands for'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l learn-windows -d 'Also let rules move as far as their starts have moved before (at most 4 h)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize-resource-schedule" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l undo -d 'Solve nothing: give the rules that the last applied plan (or this one) moved their times back, at once; --dry-run only shows it' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l target-date -d 'First local day of the horizon [default: tomorrow]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l look-ahead-hours -d 'Hours of the horizon [default: 24; 168 when a rule keeps to weekdays]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l time-limit -d 'How long to search [default: 10s]; a proof of optimality ends it earlier' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l instance -d 'Solve this problem (format sched-opt/1, plain, gzip or zstd; - for standard input) instead of the store\'s rules' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l report -d 'Write the plan as a web page, with heat maps of the load before and after' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l balance-load -d 'Even out the load over time (least variance)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l peak-mitigation -d 'Lower the highest load'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l resource-efficiency -d 'Spend less: energy, idle hours, overload'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l conflict-resolution -d 'Make everything fit its capacity with the least displacement'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l verify-applied -d 'Solve nothing: compare what the last applied plan promised with what the runs since tell'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l auto-apply -d 'Move the rules in the store if the gain is large enough (5 % unless configured)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l explain -d 'Also give the problem that was solved, in the format sched-opt/1, and what each of its rules stands for'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l learn-windows -d 'Also let rules move as far as their starts have moved before (at most 4 h)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand optimize" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l pattern-id -d 'What behaves like this pattern?' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l pattern-type -d 'What behaves like the patterns of this type? Answers are other patterns; --all-pairs compares these with each other' -r -f -a "daily_recurring\t''
weekly_recurring\t''
monthly_recurring\t''
interval\t''
user_behavior\t''
resource_usage\t''
task_correlation\t''
seasonal\t''
custom\t''"
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l task-types -d 'What behaves like the patterns of these task types? Names or globs, comma-separated; a text that is neither stands for the names nearest to it. Answers are other patterns; --all-pairs compares these with each other' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l vectors -d 'What is nearest among the rows of this .npy file (float32, C order)? By inner products: normalised rows give cosines. Rows of zeros have no neighbours and are nobody\'s. Needs no store' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l queries -d 'Rows to look up in --vectors; without it, each of its rows is looked up among the others' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l similarity -d 'Least similarity of a result [default: 0.8; none with --vectors]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l max-results -d 'At most this many results for each pattern asked for' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l min-confidence -d 'Only patterns of at least this confidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l device -d 'What searches: auto, cpu, or a GPU as CUDA numbers it (cuda:0). auto takes a GPU where `gpu bench` measured that it pays, and it is neither full, hot nor busy' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l min-members -d 'With --cluster: neighbours, itself included, that make a pattern the core of a group' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l use-model -d 'Compare task types by their letters (none), or by what a model makes of them; server, model and key are configured under [embedding]' -r -f -a "none\t'Their letters'
ollama\t'What they mean, by a model of an Ollama server'
openai\t'What they mean, by a model of a server that speaks OpenAI\'s protocol'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l active-only -d 'Only patterns that are still kept'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l no-active-only -d 'Also patterns that have ended [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l all-pairs -d 'Compare the patterns asked for with each other too; alone, all patterns with each other'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l cluster -d 'Group the patterns asked for (all, where nothing is asked for): those with enough neighbours of --similarity, and their neighbours'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand search-similar-patterns" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l pattern-id -d 'What behaves like this pattern?' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l pattern-type -d 'What behaves like the patterns of this type? Answers are other patterns; --all-pairs compares these with each other' -r -f -a "daily_recurring\t''
weekly_recurring\t''
monthly_recurring\t''
interval\t''
user_behavior\t''
resource_usage\t''
task_correlation\t''
seasonal\t''
custom\t''"
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l task-types -d 'What behaves like the patterns of these task types? Names or globs, comma-separated; a text that is neither stands for the names nearest to it. Answers are other patterns; --all-pairs compares these with each other' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l vectors -d 'What is nearest among the rows of this .npy file (float32, C order)? By inner products: normalised rows give cosines. Rows of zeros have no neighbours and are nobody\'s. Needs no store' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l queries -d 'Rows to look up in --vectors; without it, each of its rows is looked up among the others' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l similarity -d 'Least similarity of a result [default: 0.8; none with --vectors]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l max-results -d 'At most this many results for each pattern asked for' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l min-confidence -d 'Only patterns of at least this confidence' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l device -d 'What searches: auto, cpu, or a GPU as CUDA numbers it (cuda:0). auto takes a GPU where `gpu bench` measured that it pays, and it is neither full, hot nor busy' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l min-members -d 'With --cluster: neighbours, itself included, that make a pattern the core of a group' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l use-model -d 'Compare task types by their letters (none), or by what a model makes of them; server, model and key are configured under [embedding]' -r -f -a "none\t'Their letters'
ollama\t'What they mean, by a model of an Ollama server'
openai\t'What they mean, by a model of a server that speaks OpenAI\'s protocol'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l active-only -d 'Only patterns that are still kept'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l no-active-only -d 'Also patterns that have ended [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l all-pairs -d 'Compare the patterns asked for with each other too; alone, all patterns with each other'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l cluster -d 'Group the patterns asked for (all, where nothing is asked for): those with enough neighbours of --similarity, and their neighbours'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand search" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "status" -d 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "processes" -d 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "watch" -d 'Read GPUs again and again: keep the readings, warn when memory runs out'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "clear" -d 'Free GPU memory: end what is idle; without --yes, show what and why'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "bench" -d 'Measure the processor and each GPU side by side, and compare with the last time'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "models" -d 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and not __fish_seen_subcommand_from status processes watch clear bench models help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l fits -d 'Whether so much memory is free, on so many GPUs' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l device -l gpu -d 'Only this GPU (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from processes" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l interval -d 'Time between two readings' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l samples -d 'End after so many readings; otherwise with Ctrl-C' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l exit-on -d 'End, with exit code 4, once a GPU is at this level' -r -f -a "warn\t'At gpu.warn_ratio (80 %)'
critical\t'At gpu.critical_ratio (90 %)'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l on-critical -d 'Program to start each time a GPU becomes critical' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l once -d 'One reading, as from cron; levels go on from the readings kept before'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from watch" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l device -l gpu -d 'Only on this GPU (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l need -d 'Free no more than it takes to have so much free on one GPU' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l idle-for -d 'Only what has been idle this long, by the readings of `gpu watch`, such as 10m; 0 does not ask for idleness' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l pid -d 'Only this process (repeatable); also one that a service or container would start again, or that is not idle' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l user -d 'Only processes of this user, by name or number (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l allow-user -d 'Also processes of this user, by name or number (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l include -d 'Only what matches, by command line, unit or container (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l exclude -d 'Nothing that matches, by command line, unit or container (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l min-age -d 'Only processes that have run at least this long' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l grace -d 'How long a process may take to end' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l servers-only -d 'Only ask model servers; signal nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l force -d 'Kill what still holds the device by then'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s y -l yes -d 'Do it; without this a terminal is asked, and elsewhere the plan is only shown'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from clear" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l quick -d 'Small sizes only: seconds instead of minutes'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from bench" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l server -d 'Only these servers: a kind such as ollama, or an address (repeatable)' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l unload -d 'Ask servers to let this model go (repeatable); lru: the one that was not used for longest, by our own looks' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l count -d 'With --unload lru: that many, least recently used first' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l idle-for -d 'With --unload lru: only models that were not used for so long' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l preload-for -d 'Load the model that [[preload]] names for the next predicted run of this task type, and keep it until that ends' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l wait -d 'How long to wait for memory to come back, or for a model to be there' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l replay -d 'Recorded readings in the place of the driver' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l undo -d 'Take back what the last --unload or --preload-for did'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s y -l yes -d 'Do it; without this the plan is only shown'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from models" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "processes" -d 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Read GPUs again and again: keep the readings, warn when memory runs out'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Free GPU memory: end what is idle; without --yes, show what and why'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "bench" -d 'Measure the processor and each GPU side by side, and compare with the last time'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "models" -d 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand gpu; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l reason -d 'Why, to be read in the list [default: manual]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l archive-format -d 'How to pack it: zst is smaller and faster, tar.gz is unpacked by what is everywhere [default: zst]' -r -f -a "zst\t'The database, compressed with zstd'
tar.gz\t'A tar archive of the database, compressed with gzip'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "create" -d 'Copy the store, also while others write to it [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "list" -d 'List the copies'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "verify" -d 'Unpack copies, check every row against what was copied, and say what is damaged'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "drill" -d 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "prune" -d 'Remove copies that no rule keeps; the last good one always stays'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and not __fish_seen_subcommand_from create list verify drill prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l reason -d 'Why, to be read in the list [default: manual]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l archive-format -d 'How to pack it: zst is smaller and faster, tar.gz is unpacked by what is everywhere [default: zst]' -r -f -a "zst\t'The database, compressed with zstd'
tar.gz\t'A tar archive of the database, compressed with gzip'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l all -d 'All copies [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from drill" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-days -d 'Copies younger than this many days [default: 30 when no other rule is named]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-within -d 'Copies younger than this: 12h, 14d, 6w, 1y6m (m: 30 days, y: 365); a bare number counts days' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-last -d 'The newest copies' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-hourly -d 'The newest copy of each of the last hours that have one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-daily -d 'The newest copy of each of the last days that have one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-weekly -d 'The newest copy of each of the last weeks that have one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-monthly -d 'The newest copy of each of the last months that have one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l keep-yearly -d 'The newest copy of each of the last years that have one' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG data folder unless you named another]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from prune" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "create" -d 'Copy the store, also while others write to it [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the copies'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Unpack copies, check every row against what was copied, and say what is damaged'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "drill" -d 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove copies that no rule keeps; the last good one always stays'
complete -c tidetable -n "__fish_tidetable_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l target -d 'Restore to this file instead of the store' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l undo -d 'Bring back what the last restore replaced'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s y -l yes -d 'Do it; without this the plan is only told'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand restore" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l backup-dir -d 'Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l repair -d 'Plan the repairs that need no decision of yours'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s y -l yes -d 'Carry the repairs out'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l quick -d 'Leave out reading the copies: looks only at the store, and at names and sizes'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -f -a "show" -d 'Show the values that count'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -f -a "check" -d 'Find unknown fields, wrong types and values out of range'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -f -a "generate" -d 'Print a commented configuration with this machine\'s capacities, or write it to a file'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and not __fish_seen_subcommand_from show check generate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'Say which file, variable or option each value comes from'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l write -d 'Write it to this file' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l user -d 'Write it to the user\'s configuration file'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l force -d 'Replace a file that is there already'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from generate" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the values that count'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Find unknown fields, wrong types and values out of range'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "generate" -d 'Print a commented configuration with this machine\'s capacities, or write it to a file'
complete -c tidetable -n "__fish_tidetable_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand completions" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l dir -d 'Write the page of every command into this folder, made where it is missing' -r -f -a "(__fish_complete_directories)"
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l db -d 'The store [default: tidetable/store.db in the XDG data folder]' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l config -d 'Read this configuration file instead of the user\'s and the project\'s' -r -F
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l output-format -d 'Form of the answer [default: table]' -r -f -a "table\t'A table for people'
detailed\t'Everything, for people'
json\t'One JSON document'
jsonl\t'One JSON object per line'"
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l timezone -d 'Zone of local times, an IANA name [default: the system\'s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l color -d 'When to use colour [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb'
always\t'Always'
never\t'Never'"
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l lock-timeout -d 'How long to wait for another writer of the store [default: 10s]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l seed -d 'Seed of every random choice [default: 0]' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l now -d 'Pretend that it is this instant: later runs do not exist, later ends are unknown' -r
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -s n -l dry-run -d 'Plan and show everything, change nothing'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -s v -l verbose -d 'Say more on standard error (repeatable)'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -s q -l quiet -d 'No warnings or hints on standard error'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -l no-progress -d 'No progress bars'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tidetable -n "__fish_tidetable_using_subcommand man" -s V -l version -d 'Print version'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "demo" -d 'Show the whole pipeline on the bundled sample history, in a throw-away store'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "import" -d 'Read the history of jobs from a log or an export'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "analyze-activity-patterns" -d 'Find out when work recurs and what it needs'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "view-detected-patterns" -d 'List the patterns found, or one with its evidence'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "generate-scheduling-rules" -d 'Turn patterns into scheduling rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "rules" -d 'List, show, add, enable, disable and remove scheduling rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "predict" -d 'Predict which runs the next hours bring and what they need'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "backtest" -d 'Test predictions on the past: cut the history, predict, compare with what came'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "optimize-resource-schedule" -d 'Propose better start times for the rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "search-similar-patterns" -d 'Find patterns that behave like others'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "gpu" -d 'See which processes hold GPU memory, and free it'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "backup" -d 'Copy the store, list copies, verify and prune them'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "restore" -d 'Bring back a copy of the store'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "doctor" -d 'Look for damage, leftovers and copies that nobody proved, and mend what can be mended'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "config" -d 'Show, check or write the configuration'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "man" -d 'Print the manual, or write its pages into a folder'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and not __fish_seen_subcommand_from demo import analyze-activity-patterns view-detected-patterns generate-scheduling-rules rules predict backtest optimize-resource-schedule search-similar-patterns gpu backup restore doctor config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "list" -d 'List rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "show" -d 'Show one rule and what was done to it'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "add" -d 'Add a rule by hand'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "enable" -d 'Let predictions and plans count rules'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "disable" -d 'Leave rules out of predictions and plans'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "remove" -d 'Remove rules; `rules undo --to` brings them back'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "history" -d 'Show who changed rules, plans and schedulers, when and with which command'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "export" -d 'Write rules for a scheduler'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "apply" -d 'Carry rules to a scheduler: show the difference, then change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "undo" -d 'Take back what was applied last, or bring earlier rules back'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from predict" -f -a "evaluate" -d 'Compare past predictions with what really ran'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "status" -d 'Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "processes" -d 'Show which processes hold GPU memory, since when they are idle, and what no process accounts for'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "watch" -d 'Read GPUs again and again: keep the readings, warn when memory runs out'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "clear" -d 'Free GPU memory: end what is idle; without --yes, show what and why'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "bench" -d 'Measure the processor and each GPU side by side, and compare with the last time'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from gpu" -f -a "models" -d 'Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "create" -d 'Copy the store, also while others write to it [default]'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "list" -d 'List the copies'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "verify" -d 'Unpack copies, check every row against what was copied, and say what is damaged'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "drill" -d 'Restore a copy into a place of its own, open it as a store, compare it, and note that it came back'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "prune" -d 'Remove copies that no rule keeps; the last good one always stays'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the values that count'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Find unknown fields, wrong types and values out of range'
complete -c tidetable -n "__fish_tidetable_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "generate" -d 'Print a commented configuration with this machine\'s capacities, or write it to a file'
