// Dispatch makes threads for concurrent queues and for its global ones, also for Swift's own tasks, as many as there are
// cores; from the first on, it looks once a second, for ever, whether they should be more (src/event/workqueue.c in
// swift-corelibs-libdispatch). That second would be the only thing that wakes an idle service. Without it these threads stay
// as many as there are cores: what may block, as the writing of a program's output to a file, has threads of its own
// (LaneQueue in Collecting). Nothing in Dispatch switches it off; so the linker puts these in place of what tells it of a
// thread (--wrap in Package.swift), where Dispatch is linked into the program.
void __wrap__dispatch_workq_worker_register(void *queue);
void __wrap__dispatch_workq_worker_register(void *queue) { (void)queue; }

void __wrap__dispatch_workq_worker_unregister(void *queue);
void __wrap__dispatch_workq_worker_unregister(void *queue) { (void)queue; }
