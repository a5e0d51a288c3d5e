using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Xunit;

namespace Chat.Functions.Tests.Telemetry;

public class PseudonymsTests
{
    private static readonly UserId Alice = new("alice");

    [Fact]
    public void Tell_users_apart_on_every_instance_of_a_deployment()
    {
        var (one, other) = (Salted("salt"), Salted("salt"));
        Assert.Equal(one.Of(Alice), other.Of(Alice));
        Assert.NotEqual(one.Of(Alice), one.Of(new UserId("bob")));
        Assert.Matches("^[0-9a-f]{16}$", one.Of(Alice));
    }

    [Theory]
    [InlineData("another")]
    [InlineData("")]
    [InlineData(null)]
    public void Say_nothing_to_whoever_does_not_know_the_salt(string? salt) =>
        Assert.NotEqual(Salted("salt").Of(Alice), Salted(salt).Of(Alice));

    [Fact]
    public void Differ_from_start_to_start_without_a_salt() => Assert.NotEqual(Salted(null).Of(Alice), Salted(null).Of(Alice));

    private static Pseudonyms Salted(string? salt) => new(new TelemetryOptions { Salt = salt });
}
