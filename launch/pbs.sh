#!/usr/bin/env bash
# launch/pbs.sh: trains under PBS (OpenPBS, PBS Professional, Torque), across time limits, until it is done.
#
#   qsub -l select=HOSTS:ncpus=N:mpiprocs=N -l walltime=TIME [-v RUNFILE=...,OPTIONS=...] launch/pbs.sh
#
# Examples, from the repository's folder, which every host of the job must see:
#   swift build -c release --product eqprop --static-swift-stdlib    once, for hosts without Swift; else the job builds
#   qsub -l select=4:ncpus=16:mpiprocs=16 -l walltime=12:00:00 -v RUNFILE=my.yaml,OPTIONS="--output runs/my" launch/pbs.sh
#   qsig -s TERM JOBID                                       stop with a checkpoint, and do not come again
#   qdel JOBID                                               stop at once; the last checkpoint stays whole
#
# Two minutes before the time limit, which it asks qstat for, the ranks finish their step and save, and qrerun
# queues the job again, to go on from there. So it is after an end that may not come again (a lost host, a rank killed
# for memory, a stall), five times, or EQPROP_RESTARTS times, counted anew once a start goes on from a later checkpoint. A
# mistake is the job's end, with launch/run's code: 0, 1, 64, 65, 66, 70, 74. Where a site lets operators only use qrerun,
# the job ends and says so: the same qsub command then goes on.
#
# NOT RUN UNDER A REAL PBS: its tests imitate qstat and qrerun. launch/slurm.sbatch, its sibling, is tested for real.
#
# Environment (qsub -v): RUNFILE and OPTIONS, what follows `launch/run train`, split at blanks; RANKS, otherwise one
# for each line of PBS's host file; RESTARTS, how often launch/run itself starts again before the job is queued again;
# EQPROP_RESTARTS; WARN, the seconds before the time limit; EQPROP_ROOT, the repository, when qsub
# is called from elsewhere; EQPROP_EXECUTABLE and OMPI_MCA_..., as for launch/run.

#PBS -N eqprop
#PBS -l select=1:ncpus=4:mpiprocs=4
#PBS -l walltime=24:00:00
#PBS -r y
#PBS -j oe

set -euo pipefail

say() { printf 'launch/pbs.sh: %s\n' "$*" >&2; }
fail() { say "${*:2}" && exit "$1"; }

[[ -n ${PBS_JOBID:-} ]] || fail 64 'is for qsub; see its first lines (without PBS: launch/run)'
# PBS runs a copy of this script in the home folder: only where qsub was called tells where the repository is.
cd "$PBS_O_WORKDIR"
root=${EQPROP_ROOT:-$PWD}
[[ -x $root/launch/run ]] || fail 66 "no launch/run in '$root': call qsub from the repository's folder, or set EQPROP_ROOT to it"
# shellcheck disable=SC2034 # of launch/job
scheduler=PBS job=$PBS_JOBID submit=qsub requeue=(qrerun)
# shellcheck source=job
source "$root/launch/job"
ranks=${RANKS:-$(wc -l <"$PBS_NODEFILE")}
read -ra options <<<"${OPTIONS:-}"
# When the job comes again `--fresh` must not throw away what it has trained.
export EQPROP_START=pbs-$PBS_JOBID

# PBS itself warns with TERM a few seconds before it kills, too late to save: `timeout` sends USR1 in good time.
limit=$(qstat -f "$PBS_JOBID" | sed -n 's/.*Resource_List.walltime = //p') || limit='' seconds=0
if [[ $limit =~ ^([0-9]+):([0-9]+):([0-9]+)$ ]]; then
  seconds=$((10#${BASH_REMATCH[1]} * 3600 + 10#${BASH_REMATCH[2]} * 60 + 10#${BASH_REMATCH[3]} - ${WARN:-120}))
  ((seconds > 0)) || fail 64 "a time limit of $limit leaves no time to train: WARN=${WARN:-120} s are kept for saving"
else
  say 'qstat tells no time limit: at one the job ends, and its last checkpoint stays'
fi

run_to_the_end timeout --foreground --preserve-status --signal=USR1 "$seconds" \
  "$root/launch/run" -n "$ranks" --hosts "$PBS_NODEFILE" ${RESTARTS:+--restarts "$RESTARTS"} \
  train "${RUNFILE:-launch/recipes/digits.yaml}" "${options[@]}"
end_or_come_again
