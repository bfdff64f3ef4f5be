# A long-lived worker that forks one child for each run of a Perl program.
# usage: perl forker.pl PROGRAM; the requests are those of forker.py.
use strict;
use warnings;
use POSIX ();
use Cwd ();
use File::Spec ();
use File::Basename ();
use Getopt::Long ();

my $program = shift @ARGV;
$| = 1;
$0 = $program;
do $program;    # defines its main(), and does not call it when loaded like this
die "$program: $@" if $@;
defined &main::main or die "$program defines no main()";
while (my $request = <STDIN>) {
    chomp $request;
    my @fields = map { $_ eq '-' ? '' : pack 'H*', $_ } split / /, $request;
    my ($cwd, $out, $err, $count) = splice @fields, 0, 4;
    my @environment = splice @fields, 0, $count;
    my $child = fork;
    die "fork: $!" unless defined $child;
    if (!$child) {
        %ENV = map { /\A([^=]*)=(.*)\z/s } @environment;
        chdir $cwd or POSIX::_exit(125);
        open STDIN,  '<', '/dev/null' or POSIX::_exit(125);
        open STDOUT, '>', $out or POSIX::_exit(125);
        open STDERR, '>', $err or POSIX::_exit(125);
        @ARGV = @fields;
        $! = 0;
        main::main();    # a die ends the child as it would end the program
        exit 0;
    }
    waitpid $child, 0;
    print $? & 127 ? -($? & 127) : $? >> 8, "\n";
}
