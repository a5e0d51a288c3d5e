using Chat.Functions.Acceptance.Harness;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"Chat.Functions.Acceptance.Harness.{nameof(LongestFirst)}", "Chat.Functions.Acceptance")]

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Starts the classes that take longest first. A class runs one story after the other.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        nameof(When_people_use_the_page), nameof(When_people_share_on_the_page),
        nameof(When_anybody_tries_anything), nameof(When_requests_are_hostile), nameof(When_everything_goes_wrong_at_once),
        nameof(When_the_backend_is_told_to_stop), nameof(When_a_worker_is_killed), nameof(When_a_request_is_answered),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(one => !Array.Exists(Longest, name => one.DisplayName.Contains(name, StringComparison.Ordinal)));
}
