using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Acceptance.Trust;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"Chat.Functions.Acceptance.Harness.{nameof(LongestFirst)}", "Chat.Functions.Acceptance")]

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Starts the classes that take longest first. A class runs one story after the other.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        nameof(When_people_share_on_the_page), nameof(When_people_follow_channels_on_the_page), nameof(When_a_user_is_erased),
        nameof(When_people_use_the_page), nameof(When_requests_are_hostile), nameof(When_anybody_tries_anything),
        nameof(When_everything_goes_wrong_at_once), nameof(When_the_page_meets_trouble),
        nameof(When_a_worker_is_killed), nameof(When_the_backend_is_told_to_stop), nameof(When_abuse_is_tried),
        nameof(When_a_request_is_answered), nameof(When_the_process_is_killed), nameof(When_the_host_misbehaves),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(one => Place(one.DisplayName));

    /// <summary>Its place among the longest, or after them.</summary>
    private static int Place(string collection)
    {
        var place = Array.FindIndex(Longest, name => collection.EndsWith($".{name}", StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
